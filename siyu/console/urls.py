"""Addresses of the console."""

from django.urls import path

from .pages import dashboard, home

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("dashboard/<slug:key>", dashboard.part, name="dashboard-part"),
]
