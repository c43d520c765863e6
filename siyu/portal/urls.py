"""Addresses of the member centre, all below `/m/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
