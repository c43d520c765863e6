"""Regions, stores and shops as their pages show them: one `Noun` each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.forms import BooleanField, CharField, ChoiceField, TypedChoiceField
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.forms import FilterForm, Form
from siyu.lib.web.tables import BadgeColumn, ListTable, NumberColumn

from .. import queries, services
from ..models import Region, Shop, Store
from .parts import Words

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
