"""Addresses of journeys in the console."""

from django.urls import path

from .pages import editor, journeys, live, members, panel, publishing, recipes

urlpatterns = [
    path("journeys", journeys.journeys, name="journeys"),
    path("journeys/new", journeys.new, name="journey-new"),
    path("journeys/recipes", recipes.recipes, name="journey-recipes"),
    path("journeys/recipes/<slug:name>", recipes.install, name="journey-recipe"),
    path("journeys/panel", panel.panel, name="journey-panel"),
    path("journeys/<slug:code>", live.journey, name="journey"),
    path("journeys/<slug:code>/numbers", live.numbers, name="journey-numbers"),
    path("journeys/<slug:code>/standing", live.standing, name="journey-standing"),
    path("journeys/<slug:code>/versions", live.versions, name="journey-versions"),
    path("journeys/<slug:code>/edit", editor.edit, name="journey-edit"),
    path("journeys/<slug:code>/draft", editor.draft, name="journey-draft"),
    path("journeys/<slug:code>/publish", publishing.publish, name="journey-publish"),
    path("journeys/<slug:code>/duplicate", journeys.duplicate, name="journey-duplicate"),
    path("journeys/<slug:code>/name", journeys.rename, name="journey-rename"),
    path("journeys/<slug:code>/move/<slug:step>", journeys.move, name="journey-move"),
    path("journeys/<slug:code>/members", members.members, name="journey-members"),
    path("journeys/<slug:code>/members/<int:pk>", members.path, name="journey-path"),
    path("journeys/<slug:code>/members/<int:pk>/out", members.take_out, name="journey-take-out"),
    path("journeys/<slug:code>/failed", members.failed, name="journey-failed"),
]
