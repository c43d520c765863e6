"""Addresses of the programme in the console."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
