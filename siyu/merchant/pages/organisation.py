"""Organisation: lists and forms of regions, the stores in them, and the shops where orders are made."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import applied, confirmed
from siyu.lib.web.parts import Tab

from ..access import PageRequest, requires
from .places import NOUNS, ArchiveFilter, Noun


@requires("settings.view")
def places(request: PageRequest, noun: Noun) -> HttpResponse:
    """All places of a kind, or (`?archived=on`) the archived ones."""
    filters = ArchiveFilter(request.GET or None)
    rows = noun.rows(bool(filters.chosen.get("archived")))
    context = {
        "title": _("Organisation"),
        "tabs": [Tab(other.title, reverse(f"{other.word}s"), other is noun) for other in NOUNS],
        "filters": filters,
        "table": noun.table(rows),
        "new_url": reverse(f"{noun.word}-new"),
        "new_title": noun.new_title,
        "permission": "settings.edit",
    }
    return render(request, "merchant/list.html", context)


@requires("settings.edit")
def new(request: PageRequest, noun: Noun) -> HttpResponse:
    """Make a place."""
    form = noun.new_form(request.POST or None)
    if request.method == "POST" and applied(form, lambda: noun.create(request.viewer.actor, **form.cleaned_data)):
        return redirect(f"{noun.word}s")
    return render(request, "web/form.html", {"title": noun.new_title, "form": form, "cancel_url": reverse(f"{noun.word}s")})


@requires("settings.edit")
def edit(request: PageRequest, noun: Noun, pk: int) -> HttpResponse:
    """Name and belonging of a place."""
    place = _one(noun, pk)
    initial = {field: getattr(place, field) for field in noun.form().fields}
    form = noun.form(request.POST or None, initial=initial)
    if request.method == "POST" and applied(form, lambda: noun.change(request.viewer.actor, pk, **form.cleaned_data)):
        return redirect(f"{noun.word}s")
    step, words = ("restore", _("Restore")) if place.archived_at else ("archive", _("Archive"))
    actions = [(words, reverse(f"{noun.word}-{step}", args=[pk]))]
    context = {"title": place.name, "subtitle": getattr(place, "code", ""), "form": form, "actions": actions}
    return render(request, "merchant/edit.html", {**context, "cancel_url": reverse(f"{noun.word}s")})


@requires("settings.edit")
def archive(request: PageRequest, noun: Noun, pk: int) -> HttpResponse:
    """Take a place out of the lists."""
    place = _one(noun, pk)
    return confirmed(
        request,
        title=place.name,
        question=gettext("Archive “%(name)s”? It leaves the lists; its history stays.") % {"name": place.name},
        button=_("Archive"),
        service=lambda: noun.archive(request.viewer.actor, pk),
        back=reverse(f"{noun.word}s"),
        done=_("Archived."),
    )


@requires("settings.edit")
def restore(request: PageRequest, noun: Noun, pk: int) -> HttpResponse:
    """Take a place back into the lists."""
    place = _one(noun, pk)
    return confirmed(
        request,
        title=place.name,
        question=gettext("Take “%(name)s” back into the lists?") % {"name": place.name},
        button=_("Restore"),
        service=lambda: noun.restore(request.viewer.actor, pk),
        back=reverse(f"{noun.word}s"),
        done=_("Restored."),
    )


def _one(noun: Noun, pk: int) -> Any:
    place = noun.model.objects.filter(pk=pk).first()
    if place is None:
        raise Http404
    return place
