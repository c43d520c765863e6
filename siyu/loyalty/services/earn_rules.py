"""The writers of earn rules: drafts that may change, and versions that begin on a day and never do."""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.facts.services import define_counter
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Draft, EarnRule
from ..rules.checking import faults
from ..rules.conditions import FirstTime
from ..rules.definition import Definition
from .words import check_names

MAX_RULES = 200


def publish_earn_rule(
    by: Actor, code: str, name: str, definition: dict[str, Any], from_day: date, *, today: date, now: datetime | None = None
) -> int:
    """Publish the next version of an earn rule, or the first of a new one; returns its version. It holds for facts of `from_day` on.

    A draft of the rule is gone with it. Refusals: `earn_rule.code`, `earn_rule.name`, those of `check_definition`, `earn_rule.past`,
    `earn_rule.order`, `earn_rule.too_many`, `earn_rule.unknown_rule`.
    """
    check_names("earn_rule", code, name)
    checked = check_definition(definition)
    if from_day < today:
        raise Refusal("earn_rule.past", "facts of past days have earned by the rules of their day: choose today or later")
    with transaction.atomic():
        newest = EarnRule.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None and EarnRule.objects.values("code").distinct().count() >= MAX_RULES:
            raise Refusal("earn_rule.too_many", "there are %(limit)s earn rules already", limit=MAX_RULES)
        if newest is not None and from_day < newest.from_day:
            raise Refusal(
                "earn_rule.order",
                "version %(version)s begins on %(day)s: the next one cannot begin before it",
                version=newest.version,
                day=newest.from_day,
            )
        _check_named(code, checked)
        version = newest.version + 1 if newest is not None else 1
        Draft.objects.filter(code=code).delete()
        write_rule(by, code, name, checked, from_day, version, now or utc_now())
    return version


def write_rule(by: Actor, code: str, name: str, definition: Definition, from_day: date, version: int, now: datetime) -> None:
    if any(isinstance(condition, FirstTime) for condition in definition.conditions):
        define_counter(definition.trigger, {}, now=now)
    content = msgspec.to_builtins(definition)
    EarnRule.objects.create(
        code=code, version=version, name=name, definition=content, from_day=from_day, created_by=by.name, created_at=now
    )
    detail = {"name": name, "version": version, "from": str(from_day), "definition": content}
    audit(by, "earn_rule.published", f"earn_rule:{code}", detail, at=now)


def save_draft(by: Actor, code: str, name: str, definition: dict[str, Any], *, now: datetime) -> None:
    """Keep a rule as it is being written. It may still be wrong, but must be readable.

    Refusals: `earn_rule.code`, `earn_rule.name`, `earn_rule.definition`, `earn_rule.too_many`.
    """
    check_names("earn_rule", code, name)
    read_definition(definition)
    with transaction.atomic():
        if not Draft.objects.filter(code=code).exists() and Draft.objects.count() >= MAX_RULES:
            raise Refusal("earn_rule.too_many", "there are %(limit)s earn rules already", limit=MAX_RULES)
        values = {"name": name, "definition": definition, "updated_by": by.name, "updated_at": now}
        Draft.objects.update_or_create(code=code, defaults=values)
        audit(by, "earn_rule.drafted", f"earn_rule:{code}", {"name": name, "definition": definition}, at=now)


def discard_draft(by: Actor, code: str, *, now: datetime) -> None:
    """Throw a draft away; what is published stays. Refusals: `earn_rule.no_draft`."""
    with transaction.atomic():
        if not Draft.objects.filter(code=code).delete()[0]:
            raise Refusal("earn_rule.no_draft", "there is no draft of %(code)s", code=code)
        audit(by, "earn_rule.draft_discarded", f"earn_rule:{code}", {}, at=now)


def archive_earn_rule(by: Actor, code: str, last_day: date, *, today: date, now: datetime | None = None) -> None:
    """End a rule: facts of `last_day` are the last that earn by it.

    Refusals: `earn_rule.unknown`, `earn_rule.archived`, `earn_rule.past`.
    """
    with transaction.atomic():
        newest = EarnRule.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None:
            raise Refusal("earn_rule.unknown", "there is no earn rule %(code)s", code=code)
        if newest.archived_at is not None:
            raise Refusal("earn_rule.archived", "it ends on %(day)s", day=newest.until_day)
        if last_day < today:
            raise Refusal("earn_rule.past", "facts of past days have earned: choose today or later")
        newest.until_day, newest.archived_at = last_day, now or utc_now()
        newest.save(update_fields=["until_day", "archived_at"])
        audit(by, "earn_rule.archived", f"earn_rule:{code}", {"version": newest.version, "until": str(last_day)}, at=newest.archived_at)


def check_definition(definition: dict[str, Any]) -> Definition:
    """The definition of an earn rule, read and checked: the first fault is refused.

    Refusals: `earn_rule.definition`, `earn_rule.trigger`, `earn_rule.days`, `earn_rule.condition`, `earn_rule.formula`,
    `earn_rule.times`, `earn_rule.steps`.
    """
    checked = read_definition(definition)
    for fault in faults(checked):
        raise Refusal(fault.code, fault.words, **fault.values)
    return checked


def read_definition(definition: dict[str, Any]) -> Definition:
    """The definition as types. Refusals: `earn_rule.definition`."""
    try:
        return msgspec.convert(definition, type=Definition)
    except msgspec.ValidationError as error:
        raise Refusal("earn_rule.definition", "the definition cannot be read: %(fault)s", fault=error) from error


def _check_named(code: str, definition: Definition) -> None:
    known = set(EarnRule.objects.filter(code__in=definition.leans_on).values_list("code", flat=True))
    for named in definition.leans_on:
        if named not in known or named == code:
            raise Refusal("earn_rule.unknown_rule", "there is no other earn rule %(code)s", code=named)
