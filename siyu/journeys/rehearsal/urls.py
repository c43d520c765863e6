"""The address of rehearsals in the console."""

from django.urls import URLPattern, path

from . import pages

urlpatterns: list[URLPattern] = [
    path("journeys/<slug:code>/rehearsal", pages.rehearsal, name="journey-rehearsal"),
]
