"""The writers of the programme: rules and tiers are published as versions that begin on a day, and are never changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max

from siyu.facts.filters import FilterError
from siyu.facts.filters import check as check_filter
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from .models import EarnRule, Tier
from .rules import TRACK, default
from .rules.programme import ORDER_PAID, Definition, PerAmount
from .rules.terms import MAX_DAYS, MAX_MONTHS, After, AfterFact, AfterReceipt

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_RULES = 200
MAX_TIERS = 20
MAX_GROWTH = 10**12
MAX_MULTIPLIER = Decimal(100)


@dataclass(frozen=True, slots=True)
class Step:
    """A tier to be published: held from `threshold` growth on; `multiplier` of points, to three decimals."""

    code: str
    name: str
    threshold: int
    multiplier: Decimal = Decimal(1)


def publish_earn_rule(
    by: Actor, code: str, name: str, definition: dict[str, Any], from_day: date, *, today: date, now: datetime | None = None
) -> int:
    """Publish the next version of an earn rule, or the first of a new one; returns its version. It holds for facts of `from_day` on.

    Refusals: `earn_rule.code`, `earn_rule.name`, `earn_rule.definition`, `earn_rule.trigger`, `earn_rule.days`, `earn_rule.past`,
    `earn_rule.order`, `earn_rule.too_many`.
    """
    _check_names("earn_rule", code, name)
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
        _write_rule(by, code, name, checked, from_day, version, now or utc_now())
    return version


def _write_rule(by: Actor, code: str, name: str, definition: Definition, from_day: date, version: int, now: datetime) -> None:
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


def publish_tiers(by: Actor, steps: Sequence[Step], from_day: date, *, today: date, now: datetime | None = None) -> int:
    """Publish the next version of the tiers; returns its version. Everybody is judged by it when `from_day` begins.

    The first version may begin today; a later one tomorrow at the earliest: what is held today is held by today's version.
    Refusals: `tiers.none`, `tiers.too_many`, `tiers.code`, `tiers.name`, `tiers.threshold`, `tiers.multiplier`, `tiers.past`,
    `tiers.order`.
    """
    ordered = check_steps(steps)
    now = now or utc_now()
    with transaction.atomic():
        newest = Tier.objects.filter(track=TRACK).aggregate(version=Max("version"), day=Max("from_day"))
        if from_day < today or (newest["day"] is not None and from_day == today):
            raise Refusal("tiers.past", "the first tiers may begin today, later versions tomorrow at the earliest")
        if newest["day"] is not None and from_day <= newest["day"]:
            raise Refusal(
                "tiers.order",
                "version %(version)s begins on %(day)s: the next one must begin after it",
                version=newest["version"],
                day=newest["day"],
            )
        version = (newest["version"] or 0) + 1
        _write_tiers(by, ordered, from_day, version, now)
    return version


def _write_tiers(by: Actor, steps: Sequence[Step], from_day: date, version: int, now: datetime) -> None:
    for rank, step in enumerate(steps):
        Tier.objects.create(
            track=TRACK,
            code=step.code,
            name=step.name,
            rank=rank,
            threshold=step.threshold,
            multiplier=step.multiplier,
            version=version,
            from_day=from_day,
        )
    detail = {
        "version": version,
        "from": str(from_day),
        "tiers": [
            {"code": step.code, "name": step.name, "threshold": step.threshold, "multiplier": str(step.multiplier)} for step in steps
        ],
    }
    audit(by, "tiers.published", f"tiers:{TRACK}", detail, at=now)


def install_default_programme(by: Actor, day: date, *, now: datetime | None = None) -> bool:
    """Give an installation without rules and tiers the usual programme from a day on, a past one too; False when it has one already."""
    now = now or utc_now()
    with transaction.atomic():
        if EarnRule.objects.exists() or Tier.objects.exists():
            return False
        for code, name, definition in default.RULES:
            _write_rule(by, code, name, check_definition(definition), day, 1, now)
        _write_tiers(by, check_steps([Step(*step) for step in default.TIERS]), day, 1, now)
    return True


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


def check_steps(steps: Sequence[Step]) -> list[Step]:
    """Tiers in order of their thresholds, checked. Refusals as in `publish_tiers`."""
    if not steps:
        raise Refusal("tiers.none", "a programme has at least one tier")
    if len(steps) > MAX_TIERS:
        raise Refusal("tiers.too_many", "at most %(limit)s tiers", limit=MAX_TIERS)
    for step in steps:
        _check_names("tiers", step.code, step.name)
        if not 0 <= step.threshold <= MAX_GROWTH:
            raise Refusal("tiers.threshold", "%(code)s: a threshold lies between 0 and %(limit)s", code=step.code, limit=MAX_GROWTH)
        if not 0 < step.multiplier <= MAX_MULTIPLIER or step.multiplier != round(step.multiplier, 3):
            raise Refusal(
                "tiers.multiplier",
                "%(code)s: a multiplier is above 0 and at most %(limit)s, with three decimals",
                code=step.code,
                limit=MAX_MULTIPLIER,
            )
    ordered = sorted(steps, key=lambda step: step.threshold)
    if len({step.threshold for step in steps}) < len(steps):
        raise Refusal("tiers.threshold", "two tiers have one threshold")
    if len({step.code for step in steps}) < len(steps):
        raise Refusal("tiers.code", "two tiers have one code")
    return ordered


def _check_names(what: str, code: str, name: str) -> None:
    if not CODE.fullmatch(code):
        raise Refusal(f"{what}.code", "a code has up to 40 small letters, digits and underscores, and begins with a letter")
    if not 1 <= len(name.strip()) <= 60:
        raise Refusal(f"{what}.name", "%(code)s: a name has 1 to 60 characters", code=code)
