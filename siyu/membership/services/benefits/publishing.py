"""Benefits are published as versions that are in force from a day on, and never changed."""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop
from siyu.loyalty.services import define_unit
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...benefits import kind_of
from ...models import Benefit
from ...quotas import TERMS, unit_of
from ...rules.benefits import Definition, fault_of
from ...words import check_code, check_name

MAX_BENEFITS = 200


def publish_benefit(
    by: Actor, code: str, kind: str, name: str, definition: dict[str, Any], from_day: date, *, today: date, now: datetime
) -> int:
    """Publish the next version of a benefit, or the first of a new one; returns its version. Its kind stays what it is.

    Refusals: `benefit.code`, `benefit.name`, `benefit.kind`, `benefit.definition`, `benefit.terms`, `benefit.past`, `benefit.order`,
    `benefit.too_many`.
    """
    check_code("benefit", code)
    check_name("benefit", name)
    content = msgspec.to_builtins(check_benefit(kind, definition))
    if from_day < today:
        raise Refusal("benefit.past", "past days had the benefits of their day: choose today or later")
    with transaction.atomic():
        newest = Benefit.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None and Benefit.objects.values("code").distinct().count() >= MAX_BENEFITS:
            raise Refusal("benefit.too_many", "there are %(limit)s benefits already", limit=MAX_BENEFITS)
        if newest is not None and newest.kind != kind:
            raise Refusal("benefit.kind", "a benefit of another kind needs another code")
        if newest is not None and from_day < newest.from_day:
            words = gettext_noop("version %(version)s begins on %(day)s: choose a later day")
            raise Refusal("benefit.order", words, version=newest.version, day=newest.from_day)
        if newest is None:
            define_unit(by, unit_of(code), name.strip(), TERMS, from_day, now=now)
        version = newest.version + 1 if newest is not None else 1
        row = {"code": code, "version": version, "kind": kind, "name": name.strip(), "definition": content, "from_day": from_day}
        Benefit.objects.create(**row, created_by=by.name, created_at=now)
        audit(by, "benefit.published", f"benefit:{code}", row | {"from_day": str(from_day)}, at=now)
    return version


def archive_benefit(by: Actor, code: str, last_day: date, *, today: date, now: datetime) -> None:
    """End a benefit for everybody after a day. Refusals: `benefit.unknown`, `benefit.archived`, `benefit.past`."""
    with transaction.atomic():
        newest = Benefit.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None:
            raise Refusal("benefit.unknown", "there is no benefit %(code)s", code=code)
        if newest.archived_at is not None:
            raise Refusal("benefit.archived", "it ends on %(day)s", day=newest.until_day)
        if last_day < today:
            raise Refusal("benefit.past", "past days had the benefits of their day: choose today or later")
        newest.until_day, newest.archived_at = last_day, now
        newest.save(update_fields=["until_day", "archived_at"])
        audit(by, "benefit.archived", f"benefit:{code}", {"version": newest.version, "until": str(last_day)}, at=now)


def check_benefit(kind: str, definition: dict[str, Any]) -> Definition:
    """A definition, read and checked, its terms by its kind. Refusals: `benefit.kind`, `benefit.definition`, `benefit.terms`."""
    known = kind_of(kind)
    try:
        checked = msgspec.convert(definition, type=Definition)
    except msgspec.ValidationError as error:
        raise Refusal("benefit.definition", "the definition cannot be read: %(fault)s", fault=error) from error
    if (fault := fault_of(checked)) is not None:
        raise Refusal("benefit.definition", fault)
    return msgspec.structs.replace(checked, terms=known.check(checked.terms))
