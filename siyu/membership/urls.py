"""Addresses of benefits, plans, honours, tasks and the mall in the console."""

from django.urls import URLPattern

from .pages import addresses, promise_addresses

urlpatterns: list[URLPattern] = [*addresses.urlpatterns, *promise_addresses.urlpatterns]
