"""Addresses of benefits, plans, honours, tasks and the mall in the console."""

from django.urls import URLPattern, path

from .pages import addresses, moving_in, promise_addresses

urlpatterns: list[URLPattern] = [
    path("loyalty/moving-in/<int:pk>", moving_in.moving_in, name="moving-in"),
    *addresses.urlpatterns,
    *promise_addresses.urlpatterns,
]
