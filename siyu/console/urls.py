"""Addresses of the console."""

from django.urls import path

from .log import explorer
from .pages import dashboard, home
from .people import actions, listing, one

urlpatterns = [
    path("", home.home, name="home"),
    path("today/<slug:key>", home.part, name="home-part"),
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("dashboard/<slug:key>", dashboard.part, name="dashboard-part"),
    path("members", listing.listing, name="members"),
    path("members/file", listing.file, name="members-file"),
    path("members/tag", listing.tag, name="members-tag"),
    path("members/<str:public_id>", one.one, name="member"),
    path("members/<str:public_id>/reveal/<int:pk>", actions.reveal, name="member-reveal"),
    path("members/<str:public_id>/reveal-trait/<str:name>", actions.reveal_trait, name="member-reveal-trait"),
    path("members/<str:public_id>/reveal-note/<uuid:message>", actions.reveal_note, name="member-reveal-note"),
    path("members/<str:public_id>/tag", actions.tag, name="member-tag"),
    path("members/<str:public_id>/assistant", actions.assistant, name="member-assistant"),
    path("members/<str:public_id>/consents", actions.consent, name="member-consent"),
    path("members/<str:public_id>/merge", actions.merge, name="member-merge"),
    path("members/<str:public_id>/merges/<int:pk>/undo", actions.undo, name="member-undo"),
    path("facts", explorer.explorer, name="facts"),
    path("facts/<int:at>/<int:pk>", explorer.fact, name="fact"),
]
