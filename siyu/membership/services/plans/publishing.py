"""Plans are published as versions that are sold from a day on, and never changed: who pays keeps the version that was paid for."""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.loyalty import rewards
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...models import Plan
from ...rules.plans import PlanTerms, fault_of
from ...words import check_code, check_name

MAX_PLANS = 50


def publish_plan(by: Actor, code: str, name: str, definition: dict[str, Any], from_day: date, *, today: date, now: datetime) -> int:
    """Publish the next version of a plan, or the first of a new one; returns its version.

    Refusals: `plan.code`, `plan.name`, `plan.definition`, `plan.terms`, `plan.sku`, `plan.past`, `plan.order`, `plan.too_many`, `reward.…`.
    """
    check_code("plan", code)
    check_name("plan", name)
    terms = check_plan(definition)
    if from_day < today:
        raise Refusal("plan.past", "what was sold on past days stands: choose today or later")
    with transaction.atomic():
        newest = Plan.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None and Plan.objects.values("code").distinct().count() >= MAX_PLANS:
            raise Refusal("plan.too_many", "there are %(limit)s plans already", limit=MAX_PLANS)
        if newest is not None and from_day < newest.from_day:
            raise Refusal(
                "plan.order", "version %(version)s begins on %(day)s: choose a later day", version=newest.version, day=newest.from_day
            )
        _check_skus(code, terms)
        version = newest.version + 1 if newest is not None else 1
        content = msgspec.to_builtins(terms)
        Plan.objects.create(
            code=code, version=version, name=name.strip(), definition=content, from_day=from_day, created_by=by.name, created_at=now
        )
        detail = {"name": name, "version": version, "from": str(from_day), "definition": content}
        audit(by, "plan.published", f"plan:{code}", detail, at=now)
    return version


def archive_plan(by: Actor, code: str, last_day: date, *, today: date, now: datetime) -> None:
    """Stop selling a plan after a day; who paid keeps it to the end. Refusals: `plan.unknown`, `plan.archived`, `plan.past`."""
    with transaction.atomic():
        newest = Plan.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None:
            raise Refusal("plan.unknown", "there is no plan %(code)s", code=code)
        if newest.archived_at is not None:
            raise Refusal("plan.archived", "it is sold until %(day)s", day=newest.until_day)
        if last_day < today:
            raise Refusal("plan.past", "what was sold on past days stands: choose today or later")
        newest.until_day, newest.archived_at = last_day, now
        newest.save(update_fields=["until_day", "archived_at"])
        audit(by, "plan.archived", f"plan:{code}", {"version": newest.version, "until": str(last_day)}, at=now)


def check_plan(definition: dict[str, Any]) -> PlanTerms:
    """The terms of a plan, read and checked. Refusals: `plan.definition`, `plan.terms`, `reward.…`."""
    try:
        terms = msgspec.convert(definition, type=PlanTerms)
    except msgspec.ValidationError as error:
        raise Refusal("plan.definition", "the definition cannot be read: %(fault)s", fault=error) from error
    if (fault := fault_of(terms)) is not None:
        raise Refusal("plan.terms", fault)
    return msgspec.structs.replace(terms, gift=tuple(rewards.check_all(list(terms.gift))))


def _check_skus(code: str, terms: PlanTerms) -> None:
    """A SKU buys one plan."""
    for other in Plan.objects.exclude(code=code):
        taken = set(msgspec.convert(other.definition, type=PlanTerms).skus) & set(terms.skus)
        if taken:
            raise Refusal("plan.sku", "%(sku)s buys the plan %(plan)s already", sku=min(taken), plan=other.name)
