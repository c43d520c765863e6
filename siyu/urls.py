"""Addresses of the house. `/v1/…` (Segment) never comes here: the ASGI application answers it before Django."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
