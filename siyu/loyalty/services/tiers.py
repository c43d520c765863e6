"""The writers of tiers: drafted, announced as versions that begin on a day, withdrawn before it, and members moved by hand."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max

from siyu.facts.rules import Incoming
from siyu.facts.services import record, source_of
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.queries import today as business_today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import EarnRule, Tier, TrackVersion
from ..rules import TRACK
from .tier_checks import Step, check_steps
from .tier_checks import check_terms as checked_terms
from .words import CODE

MAX_TRACKS = 10
MAX_NOTICE = 366
MIGRATIONS = ("at_once", "at_next", "by_hand")
# what a measure is earned by when the merchant has no rule for it
USUAL_RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "spend": ("消费额", {"trigger": "order.paid", "unit": "spend", "formula": {"kind": "per_amount", "points": 1, "per_minor": 1}}),
    "orders": ("订单数", {"trigger": "order.paid", "unit": "orders", "formula": {"kind": "fixed", "points": 1}}),
}


def publish_tiers(
    by: Actor,
    steps: Sequence[Step],
    from_day: date,
    *,
    today: date,
    now: datetime | None = None,
    track: str = TRACK,
    name: str = "",
    terms: dict[str, Any] | None = None,
    migration: str = "at_once",
    notice_days: int = 0,
) -> int:
    """Announce the next version of a track; returns its version. Members are judged by it when `from_day` begins, or as `migration` says.

    The first version may begin today; a later one tomorrow at the earliest, and not before its notice has passed: what is held today is
    held by today's version. `terms` as `rules.tiers.terms.Terms`; None keeps those in force.
    Refusals: `tiers.none`, `tiers.too_many`, `tiers.code`, `tiers.name`, `tiers.threshold`, `tiers.keep`, `tiers.gift`, `tiers.multiplier`,
    `tiers.terms`, `tiers.unit`, `tiers.migration`, `tiers.notice`, `tiers.past`, `tiers.order`, `tracks.too_many`.
    """
    ordered = check_steps(steps)
    now = now or utc_now()
    with transaction.atomic():
        newest = Tier.objects.filter(track=track).aggregate(version=Max("version"), day=Max("from_day"))
        _check_day(newest, from_day, today, notice_days)
        if migration not in MIGRATIONS:
            raise Refusal("tiers.migration", "members come over at once, at their next judgement or by hand")
        before = TrackVersion.objects.filter(track=track, state="announced").order_by("-version").first()
        checked = checked_terms(terms if terms is not None else before.terms if before else {})
        if newest["version"] is None:
            migration = "at_once"
            _check_track(track)
        version = (newest["version"] or 0) + 1
        _make_measured(by, checked.unit, today, now)
        TrackVersion.objects.filter(track=track, version=version, state__in=("draft", "withdrawn")).delete()
        TrackVersion.objects.create(
            track=track,
            version=version,
            name=name or (before.name if before else track),
            terms=msgspec.to_builtins(checked),
            from_day=from_day,
            state="announced",
            migration=migration,
            created_by=by.name,
            created_at=now,
            announced_at=now,
            opened_at=now if track == TRACK and checked.unit == "growth" else None,
        )
        write_tiers(by, ordered, from_day, version, now, track=track)
        _announce(by, track, version, from_day, migration, now)
    return version


def _check_day(newest: dict[str, Any], from_day: date, today: date, notice_days: int) -> None:
    if from_day < today or (newest["day"] is not None and from_day == today):
        raise Refusal("tiers.past", "the first tiers may begin today, later versions tomorrow at the earliest")
    if not 0 <= notice_days <= MAX_NOTICE:
        raise Refusal("tiers.notice", "between 0 and %(limit)s days of notice", limit=MAX_NOTICE)
    if newest["day"] is not None and from_day < today + timedelta(days=notice_days):
        raise Refusal("tiers.notice", "members are told %(days)s days before", days=notice_days)
    if newest["day"] is not None and from_day <= newest["day"]:
        raise Refusal(
            "tiers.order",
            "version %(version)s begins on %(day)s: the next one must begin after it",
            version=newest["version"],
            day=newest["day"],
        )


def _check_track(track: str) -> None:
    if not CODE.fullmatch(track):
        raise Refusal("tracks.code", "a code has up to 40 small letters, digits and underscores, and begins with a letter")
    if Tier.objects.values("track").distinct().count() >= MAX_TRACKS:
        raise Refusal("tracks.too_many", "there are %(limit)s tracks already", limit=MAX_TRACKS)


def _make_measured(by: Actor, unit: str, today: date, now: datetime) -> None:
    """A measure that nothing earns would never move: spending and orders get the usual rule, acts need one of the merchant's."""
    from .earn_rules import check_definition, write_rule

    if EarnRule.objects.filter(definition__unit=unit).exists() or unit in ("points", "growth"):
        return
    if unit not in USUAL_RULES:
        raise Refusal("tiers.unit", "no earn rule gives %(unit)s yet: publish one first", unit=unit)
    name, definition = USUAL_RULES[unit]
    write_rule(by, f"measure_{unit}", name, check_definition(definition), today, 1, now)


def _announce(by: Actor, track: str, version: int, from_day: date, migration: str, now: datetime) -> None:
    properties = {"track": track, "version": version, "from_day": str(from_day), "migration": migration}
    message = f"programme.announced:{track}:{version}:{now.isoformat()}"
    fact = Incoming(name="programme.announced", occurred_at=now, message=message, properties=properties)
    record([fact], source=source_of(by), received_at=now)


def write_tiers(by: Actor, steps: Sequence[Step], from_day: date, version: int, now: datetime, *, track: str = TRACK) -> None:
    for rank, step in enumerate(steps):
        Tier.objects.create(
            track=track,
            code=step.code,
            name=step.name,
            rank=rank,
            threshold=step.threshold,
            keep=step.keep,
            multiplier=step.multiplier,
            gifts=[list(gift) for gift in step.gifts],
            version=version,
            from_day=from_day,
        )
    detail = {"version": version, "from": str(from_day), "tiers": [stored(step) for step in steps]}
    audit(by, "tiers.published", f"tiers:{track}", detail, at=now)


def stored(step: Step) -> dict[str, Any]:
    """A step as drafts and the audit keep it."""
    return {
        "code": step.code,
        "name": step.name,
        "threshold": step.threshold,
        "keep": step.keep,
        "multiplier": str(step.multiplier),
        "gifts": [list(gift) for gift in step.gifts],
    }


def draft_tiers(by: Actor, track: str, name: str, terms: dict[str, Any], steps: Sequence[Step], *, now: datetime) -> int:
    """Keep what is being prepared as the track's one draft; returns the version it would be. Refusals as in `publish_tiers`."""
    ordered, checked = check_steps(steps), checked_terms(terms)
    if not 1 <= len(name.strip()) <= 60:
        raise Refusal("tracks.name", "a track's name has 1 to 60 characters")
    with transaction.atomic():
        newest = Tier.objects.filter(track=track).aggregate(version=Max("version"))["version"]
        if newest is None:
            _check_track(track)
        version = (newest or 0) + 1
        values = {"name": name, "terms": msgspec.to_builtins(checked), "steps": [stored(step) for step in ordered], "state": "draft"}
        TrackVersion.objects.update_or_create(
            track=track, version=version, defaults=values | {"created_by": by.name, "created_at": now, "from_day": None}
        )
        audit(by, "tiers.drafted", f"tiers:{track}", {"version": version, **values}, at=now)
    return version


def withdraw(by: Actor, track: str, version: int, *, today: date, now: datetime) -> None:
    """Take back an announced version before its day. Refusals: `tiers.unknown`, `tiers.past`."""
    with transaction.atomic():
        found = TrackVersion.objects.select_for_update().filter(track=track, version=version, state="announced").first()
        if found is None:
            raise Refusal("tiers.unknown", "there is no announced version %(version)s", version=version)
        if found.from_day is None or found.from_day <= today:
            raise Refusal("tiers.past", "it has begun: publish a next version instead")
        found.steps = [
            {**row, "multiplier": str(row["multiplier"])}
            for row in Tier.objects.filter(track=track, version=version)
            .order_by("rank")
            .values("code", "name", "threshold", "keep", "multiplier", "gifts")
        ]
        Tier.objects.filter(track=track, version=version).delete()
        found.state = "withdrawn"
        found.save(update_fields=["state", "steps"])
        audit(by, "tiers.withdrawn", f"tiers:{track}", {"version": version}, at=now)


def move_members(by: Actor, track: str, version: int, *, now: datetime) -> None:
    """Let everybody who stands by an older version come over now. Refusals: `tiers.unknown`, `tiers.moved`, `tiers.past`."""
    with transaction.atomic():
        found = TrackVersion.objects.select_for_update().filter(track=track, version=version, state="announced").first()
        if found is None or found.migration != "by_hand":
            raise Refusal("tiers.unknown", "version %(version)s does not wait for a hand", version=version)
        if found.by_hand_at is not None:
            raise Refusal("tiers.moved", "members have come over already")
        if found.from_day is None or found.from_day > business_today(now):
            raise Refusal("tiers.past", "it begins on %(day)s", day=found.from_day)
        found.by_hand_at = now
        found.save(update_fields=["by_hand_at"])
        audit(by, "tiers.moved", f"tiers:{track}", {"version": version}, at=now)
