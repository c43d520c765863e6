"""What a members' list can be narrowed by."""

from datetime import date
from typing import Any

from django.forms import BooleanField, CharField, ChoiceField, HiddenInput, TypedChoiceField
from django.utils.translation import gettext_lazy as _

from siyu.acquisition.queries import channel_names
from siyu.lib.web.forms import FilterForm
from siyu.lib.web.keyset import Position
from siyu.loyalty.queries import base_tier, ladder
from siyu.members.queries import find
from siyu.merchant.queries import staff_names, store_names
from siyu.merchant.rules import Scope
from siyu.orders.queries import OrderFilter, orders

from ..words import ACTIVITIES, POOL_STAGES, RUNGS, Words
from .rows import ORDERS, Wanted, sources, tags

MAX_ORDERS = 50  # buyers that an order number may lead to: shops number their orders each by itself


def _choices(words: Words) -> list[tuple[str, Any]]:
    return [(code, title) for code, (title, _colour) in words.items()]


def _by_name(names: dict[int, str]) -> list[tuple[int, str]]:
    return sorted(names.items(), key=lambda one: one[1])


class MemberFilters(FilterForm):
    q = CharField(label=_("Search"), max_length=100, required=False)
    stage = ChoiceField(label=_("Pool stage"), required=False)
    activity = ChoiceField(label=_("Purchase activity"), required=False)
    rung = ChoiceField(label=_("Relationship ladder"), required=False)
    tier = ChoiceField(label=_("Tier"), required=False)
    tag = TypedChoiceField(label=_("Tag"), coerce=int, empty_value=None, required=False)
    channel = TypedChoiceField(label=_("First channel"), coerce=int, empty_value=None, required=False)
    store = TypedChoiceField(label=_("Store"), coerce=int, empty_value=None, required=False)
    assistant = TypedChoiceField(label=_("Own assistant"), coerce=int, empty_value=None, required=False)
    source = TypedChoiceField(label=_("Source"), coerce=int, empty_value=None, required=False)
    everyone = BooleanField(label=_("Anonymous visitors too"), required=False)
    sort = ChoiceField(choices=[(order, order) for order in ORDERS], required=False, widget=HiddenInput)

    def __init__(self, given: Any, day: date) -> None:
        super().__init__(given)
        base = base_tier(day)
        self.base = base.code if base else ""
        self.fields["q"].widget.attrs["placeholder"] = _("Phone, nickname, order number…")
        offers: dict[str, list[tuple[Any, Any]]] = {
            "stage": _choices(POOL_STAGES),
            "activity": _choices(ACTIVITIES),
            "rung": _choices(RUNGS),
            "tier": [(step.code, step.shown) for step in ladder(day)],
            "tag": tags(),
            "channel": _by_name(channel_names()),
            "store": _by_name(store_names()),
            "assistant": _by_name(staff_names()),
            "source": sources(),
        }
        for name, choices in offers.items():
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    def order(self) -> str:
        return self.chosen.get("sort") or ORDERS[0]

    def wanted(self, scope: Scope) -> Wanted:
        """The filter in the list's terms; a search looks among handles, public ids, nicknames and order numbers."""
        chosen = {name: value for name, value in self.chosen.items() if name != "sort"}
        text = chosen.pop("q", "")
        ids = found(text, scope) if text else None
        everyone = bool(chosen.pop("everyone", False)) or ids is not None
        return Wanted(ids=ids, everyone=everyone, is_base_tier=chosen.get("tier") == self.base, **chosen)


def found(text: str, scope: Scope) -> list[int]:
    """Numbers of the members a text may mean."""
    buyers = orders(scope, Position(limit=MAX_ORDERS), OrderFilter(number=text.strip()))
    return list(dict.fromkeys([*find(text), *(order.buyer_id for order in buyers if order.buyer_id is not None)]))
