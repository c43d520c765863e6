"""The writers of units: what kinds of value there are, in versions that begin on a day and never change."""

import re
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.queries import today as business_today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Unit
from ..rules.terms import is_sound
from ..rules.units import DEFAULTS, KINDS, Terms

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}(:[a-z0-9][a-z0-9_.-]{0,59})?")
MAX_UNITS = 2_000


def define_unit(
    by: Actor, code: str, name: str, terms: dict[str, Any] | None = None, from_day: date | None = None, *, now: datetime | None = None
) -> int:
    """Publish the next version of a unit, or the first of a new one; returns its version. The same again changes nothing.

    The first version may begin in the past; a later one today at the earliest. The kind follows from the code: `quota:<benefit>`,
    `budget:<campaign>`, else points, growth or stored. Refusals: `unit.code`, `unit.name`, `unit.terms`, `unit.past`, `unit.too_many`.
    """
    checked = check_terms(terms or {})
    if not CODE.fullmatch(code):
        raise Refusal("unit.code", "a code has small letters, digits and underscores, and perhaps a kind before a colon")
    if not 1 <= len(name.strip()) <= 60:
        raise Refusal("unit.name", "a name has 1 to 60 characters")
    now = now or utc_now()
    day = business_today(now)
    from_day = from_day or day
    with transaction.atomic():
        newest = Unit.objects.select_for_update().filter(code=code).order_by("-version").first()
        content = msgspec.json.decode(msgspec.json.encode(checked))  # as the table gives it back
        if newest is not None and (newest.name, newest.terms) == (name, content):
            return newest.version
        if newest is None and Unit.objects.values("code").distinct().count() >= MAX_UNITS:
            raise Refusal("unit.too_many", "there are %(limit)s units already", limit=MAX_UNITS)
        is_known = newest is not None or code in {unit.code for unit in DEFAULTS}
        if is_known and (from_day < day or (newest is not None and from_day < newest.from_day)):
            raise Refusal("unit.past", "what was in force on past days stands; choose %(day)s or later", day=max(day, from_day))
        version = newest.version + 1 if newest is not None else 1
        Unit.objects.create(
            code=code, version=version, kind=kind_of(code), name=name, terms=content, from_day=from_day, created_by=by.name, created_at=now
        )
        audit(by, "unit.defined", f"unit:{code}", {"version": version, "from": str(from_day), "terms": content}, at=now)
    return version


def check_terms(terms: dict[str, Any]) -> Terms:
    """The terms of a unit, read and checked. Refusal: `unit.terms`."""
    try:
        checked = msgspec.convert(terms, type=Terms)
    except msgspec.ValidationError as error:
        raise Refusal("unit.terms", "the terms cannot be read: %(fault)s", fault=error) from error
    if not is_sound(checked.expires):
        raise Refusal("unit.terms", "value is valid for some time, at most ten years")
    if sorted(set(checked.spends)) != sorted(checked.spends) or not checked.spends:
        raise Refusal("unit.terms", "name each order of spending once")
    return checked


def kind_of(code: str) -> str:
    kind = code.partition(":")[0]
    return kind if kind in KINDS else "points"
