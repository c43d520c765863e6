"""Addresses of touches: what their links lead to, and the console's pages."""

from django.urls import URLPattern, path

from . import pages

urlpatterns: list[URLPattern] = [
    path("t/stop/<uuid:touch>", pages.stop, name="touch-stop"),
    path("t/<str:token>", pages.follow, name="touch-follow"),
]
