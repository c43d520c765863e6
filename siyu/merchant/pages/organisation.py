"""Organisation: regions, the stores in them, and the shops where orders are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.forms import BooleanField, CharField, ChoiceField, TypedChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import FilterForm, Form, applied
from siyu.lib.web.parts import Tab
from siyu.lib.web.tables import BadgeColumn, ListTable, NumberColumn

from .. import queries, services
from ..access import PageRequest, requires
from ..models import Region, Shop, Store
from .parts import Words, confirmed

KINDS = {"online": (_("Online"), "blue"), "store": (_("Counter"), "green")}


class ArchiveFilter(FilterForm):
    archived = BooleanField(label=_("Archived"), required=False)


class Regions(ListTable):
    name = tables.Column(_("Name"), linkify=("region", {"pk": tables.A("pk")}))
    stores = NumberColumn(_("Stores"))


class Stores(ListTable):
    name = tables.Column(_("Name"), linkify=("store", {"pk": tables.A("pk")}))
    code = tables.Column(_("Code"))
    region = tables.Column(_("Region"), accessor="region__name")
    people = NumberColumn(_("Staff"))


class Shops(ListTable):
    name = tables.Column(_("Name"), linkify=("shop", {"pk": tables.A("pk")}))
    code = tables.Column(_("Code"))
    kind = BadgeColumn(KINDS, _("Kind"))


class RegionForm(Form):
    name = CharField(label=_("Name"), max_length=60)


class StoreForm(Form):
    name = CharField(label=_("Name"), max_length=60)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [("", "–")] + [(row.pk, row.name) for row in queries.regions()]
        self.fields["region_id"] = TypedChoiceField(label=_("Region"), choices=choices, coerce=int, empty_value=None, required=False)


class NewStoreForm(StoreForm):
    field_order = ("code", "name")
    code = CharField(label=_("Code"), max_length=60, help_text=_("By this code orders and imports name the store; it does not change."))


class ShopForm(Form):
    name = CharField(label=_("Name"), max_length=60)
    kind = ChoiceField(label=_("Kind"), choices=[(kind, title) for kind, (title, _colour) in KINDS.items()])


class NewShopForm(ShopForm):
    field_order = ("code", "name")
    code = CharField(label=_("Code"), max_length=60, help_text=_("By this code orders and imports name the shop; it does not change."))


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of place, as its three pages show it."""

    word: str
    title: Words
    new_title: Words
    rows: Callable[[bool], list[Any]]
    table: type[ListTable]
    model: type[Region] | type[Store] | type[Shop]
    form: type[Form]
    new_form: type[Form]
    create: Callable[..., int]
    change: Callable[..., None]
    archive: Callable[..., None]
    restore: Callable[..., None]


REGION = Noun(
    "region",
    _("Regions"),
    _("New region"),
    queries.regions,
    Regions,
    Region,
    RegionForm,
    RegionForm,
    services.create_region,
    services.rename_region,
    services.archive_region,
    services.restore_region,
)
STORE = Noun(
    "store",
    _("Stores"),
    _("New store"),
    queries.stores,
    Stores,
    Store,
    StoreForm,
    NewStoreForm,
    services.create_store,
    services.change_store,
    services.archive_store,
    services.restore_store,
)
SHOP = Noun(
    "shop",
    _("Shops"),
    _("New shop"),
    queries.shops,
    Shops,
    Shop,
    ShopForm,
    NewShopForm,
    services.create_shop,
    services.change_shop,
    services.archive_shop,
    services.restore_shop,
)
NOUNS = (STORE, REGION, SHOP)


def _list(request: PageRequest, noun: Noun) -> HttpResponse:
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


def _new(request: PageRequest, noun: Noun) -> HttpResponse:
    form = noun.new_form(request.POST or None)
    if request.method == "POST" and applied(form, lambda: noun.create(request.viewer.actor, **form.cleaned_data)):
        return redirect(f"{noun.word}s")
    return render(request, "web/form.html", {"title": noun.new_title, "form": form, "cancel_url": reverse(f"{noun.word}s")})


def _edit(request: PageRequest, noun: Noun, pk: int) -> HttpResponse:
    place = _one(noun, pk)
    initial = {field: getattr(place, field) for field in noun.form().fields}
    form = noun.form(request.POST or None, initial=initial)
    if request.method == "POST" and applied(form, lambda: noun.change(request.viewer.actor, pk, **form.cleaned_data)):
        return redirect(f"{noun.word}s")
    step, words = ("restore", _("Restore")) if place.archived_at else ("archive", _("Archive"))
    actions = [(words, reverse(f"{noun.word}-{step}", args=[pk]))]
    context = {"title": place.name, "subtitle": getattr(place, "code", ""), "form": form, "actions": actions}
    return render(request, "merchant/edit.html", {**context, "cancel_url": reverse(f"{noun.word}s")})


def _archive(request: PageRequest, noun: Noun, pk: int) -> HttpResponse:
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


def _restore(request: PageRequest, noun: Noun, pk: int) -> HttpResponse:
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


@requires("settings.view")
def regions(request: PageRequest) -> HttpResponse:
    return _list(request, REGION)


@requires("settings.edit")
def new_region(request: PageRequest) -> HttpResponse:
    return _new(request, REGION)


@requires("settings.edit")
def edit_region(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, REGION, pk)


@requires("settings.edit")
def archive_region(request: PageRequest, pk: int) -> HttpResponse:
    return _archive(request, REGION, pk)


@requires("settings.edit")
def restore_region(request: PageRequest, pk: int) -> HttpResponse:
    return _restore(request, REGION, pk)


@requires("settings.view")
def stores(request: PageRequest) -> HttpResponse:
    return _list(request, STORE)


@requires("settings.edit")
def new_store(request: PageRequest) -> HttpResponse:
    return _new(request, STORE)


@requires("settings.edit")
def edit_store(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, STORE, pk)


@requires("settings.edit")
def archive_store(request: PageRequest, pk: int) -> HttpResponse:
    return _archive(request, STORE, pk)


@requires("settings.edit")
def restore_store(request: PageRequest, pk: int) -> HttpResponse:
    return _restore(request, STORE, pk)


@requires("settings.view")
def shops(request: PageRequest) -> HttpResponse:
    return _list(request, SHOP)


@requires("settings.edit")
def new_shop(request: PageRequest) -> HttpResponse:
    return _new(request, SHOP)


@requires("settings.edit")
def edit_shop(request: PageRequest, pk: int) -> HttpResponse:
    return _edit(request, SHOP, pk)


@requires("settings.edit")
def archive_shop(request: PageRequest, pk: int) -> HttpResponse:
    return _archive(request, SHOP, pk)


@requires("settings.edit")
def restore_shop(request: PageRequest, pk: int) -> HttpResponse:
    return _restore(request, SHOP, pk)
