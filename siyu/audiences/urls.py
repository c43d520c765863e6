"""Addresses of audiences in the console."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
