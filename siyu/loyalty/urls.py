"""Addresses of the programme in the console."""

from django.urls import URLPattern, path

from .pages import liability

urlpatterns: list[URLPattern] = [
    path("loyalty/liability", liability.liability, name="liability"),
    path("loyalty/journal", liability.journal_file, name="loyalty-journal"),
]
