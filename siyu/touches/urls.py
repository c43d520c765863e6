"""Addresses of templates, sends, the outbox and staff tasks in the console."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
