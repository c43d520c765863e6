"""The writers of earn rules: published as versions that begin on a day, and never changed."""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.facts.filters import FilterError
from siyu.facts.filters import check as check_filter
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import EarnRule
from ..rules.programme import ORDER_PAID, Definition, PerAmount
from ..rules.terms import MAX_DAYS, MAX_MONTHS, After, AfterFact, AfterReceipt
from .words import check_names

MAX_RULES = 200


def publish_earn_rule(
    by: Actor, code: str, name: str, definition: dict[str, Any], from_day: date, *, today: date, now: datetime | None = None
) -> int:
    """Publish the next version of an earn rule, or the first of a new one; returns its version. It holds for facts of `from_day` on.

    Refusals: `earn_rule.code`, `earn_rule.name`, `earn_rule.definition`, `earn_rule.trigger`, `earn_rule.days`, `earn_rule.past`,
    `earn_rule.order`, `earn_rule.too_many`.
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
        version = newest.version + 1 if newest is not None else 1
        write_rule(by, code, name, checked, from_day, version, now or utc_now())
    return version


def write_rule(by: Actor, code: str, name: str, definition: Definition, from_day: date, version: int, now: datetime) -> None:
    content = msgspec.to_builtins(definition)
    EarnRule.objects.create(
        code=code, version=version, name=name, definition=content, from_day=from_day, created_by=by.name, created_at=now
    )
    detail = {"name": name, "version": version, "from": str(from_day), "definition": content}
    audit(by, "earn_rule.published", f"earn_rule:{code}", detail, at=now)


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
    """The definition of an earn rule, read and checked. Refusals: `earn_rule.definition`, `earn_rule.trigger`, `earn_rule.days`."""
    try:
        checked = msgspec.convert(definition, type=Definition)
        check_filter(checked.where)
    except (msgspec.ValidationError, FilterError) as error:
        raise Refusal("earn_rule.definition", "the definition cannot be read: %(fault)s", fault=error) from error
    if checked.trigger == "tier.changed":
        raise Refusal("earn_rule.trigger", "a change of tier is the programme's own answer and cannot earn")
    if isinstance(checked.matures, AfterReceipt) and checked.trigger != ORDER_PAID:
        raise Refusal("earn_rule.trigger", "only %(name)s can wait for the receipt of its order", name=ORDER_PAID)
    if isinstance(checked.formula, PerAmount) and not checked.formula.property:
        raise Refusal("earn_rule.definition", "name the property that holds the amount")
    days = [checked.matures.days] if isinstance(checked.matures, AfterFact | AfterReceipt) else []
    if isinstance(checked.expires, After):
        days.append(checked.expires.days)
        if not 0 <= checked.expires.months <= MAX_MONTHS or not (checked.expires.days or checked.expires.months):
            raise Refusal("earn_rule.days", "value expires after some days, or after 1 to %(limit)s months", limit=MAX_MONTHS)
    if not all(0 <= value <= MAX_DAYS for value in days):
        raise Refusal("earn_rule.days", "a number of days lies between 0 and %(limit)s", limit=MAX_DAYS)
    return checked
