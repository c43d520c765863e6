"""Recipes: journeys of the trade that a click installs as a draft, after the few questions that each one asks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web import terms as kit
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.terms import Book
from siyu.merchant.access import PageRequest, requires

from .. import services
from ..recipes import recipes as known
from . import words
from .boxes import SPECIALS
from .parts import free_code


class RecipeForm(Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    code = forms.CharField(label=_("Code"), max_length=60)


@requires("journeys.edit")
def recipes(request: PageRequest) -> HttpResponse:
    """All of them, with what each does."""
    context = {"title": _("Recipes"), "recipes": [(name, module.TITLE, module.WORDS) for name, module in known().items()]}
    return render(request, "journeys/recipes.html", context)


@requires("journeys.edit")
def install(request: PageRequest, name: str) -> HttpResponse:
    """Ask what the recipe asks, write the draft, and show it on the canvas."""
    module = known().get(name)
    if module is None:
        raise Http404
    code = free_code(name.replace("_", "-"))
    form = RecipeForm(request.POST or None, initial={"name": str(module.TITLE), "code": code})
    values = kit.read(module.Values, request.POST, "p", _book(module)) if request.method == "POST" else {}
    if request.method == "POST" and applied(form, lambda: _install(request, name, form.cleaned_data, values)):
        messages.success(request, gettext("Its templates, audiences and a draft were written. Nothing runs until you publish it."))
        return redirect("journey-edit", code=form.cleaned_data["code"])
    inputs = kit.inputs(module.Values, values, "p", _book(module))
    return render(request, "journeys/recipe.html", {"title": module.TITLE, "about": module.WORDS, "form": form, "inputs": inputs})


def _install(request: PageRequest, name: str, told: dict[str, Any], values: dict[str, Any]) -> None:
    try:
        services.install(request.viewer.actor, name, told["code"], values, name=told["name"], now=utc_now())
    except Refusal as refusal:
        if refusal.code != "recipe.values":
            raise
        labels = _book(known()[name]).labels
        raise Refusal(refusal.code, "%(fault)s", fault=kit.fault(str(refusal.values["reason"]), labels)) from refusal


def _book(module: Any) -> Book:
    titles = kit.titles(module.Values)
    return Book(
        labels={field: words.ASKED.get(title, title) for field, title in titles.items()},
        offers={"medium": lambda: words.MEDIA},
        widgets={"time": "time"},
        specials={"hold_out": SPECIALS["hold_out"]},
    )
