"""Addresses of benefits, plans, honours, tasks and the mall in the console."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
