"""A tier that staff grant to a member for a time, and take away: a floor under whatever the member earns."""

from datetime import date, datetime

from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.clock import FOR_EVER
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.services import lock
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import TierFloor
from ..programme import programme
from ..reactions import news_of
from ..reading import read
from ..rows import Touched
from ..rules import TRACK
from ..writing import write
from .telling import tell_news

_sql = statements("siyu.loyalty", "services")
MAX_FLOORS = 100  # of one member


def grant_tier(by: Actor, member_id: int, tier: str, last_day: date, because: str, *, now: datetime, track: str = TRACK) -> int:
    """Let a member hold at least this tier through a day (one of the year 9999: for ever); returns the number of the floor.

    Refusals: `floor.tier`, `floor.because`, `floor.day`, `floor.member`, `floor.too_many`.
    """
    _check_because(because)
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])
        book = settings_book()
        rules = programme(cursor.cursor, book, book.zone(now.date()))
        until = rules.zones.days_later(rules.zones.starts(min(last_day, FOR_EVER)), 0)
        own = rules.track(track)
        if own is None or own.ladder_at(now).named(tier).rank < 0:
            raise Refusal("floor.tier", "there is no tier %(tier)s", tier=tier)
        if until <= now:
            raise Refusal("floor.day", "the last day lies in the past")
        cursor.execute(_sql.living, {"member": member_id})
        if cursor.fetchone() is None:
            raise Refusal("floor.member", "there is no such member")
        if TierFloor.objects.filter(owner_id=member_id).count() >= MAX_FLOORS:
            raise Refusal("floor.too_many", "at most %(limit)s", limit=MAX_FLOORS)
        floor = TierFloor.objects.create(
            origin_id=member_id, owner_id=member_id, track=track, tier=tier, from_at=now, until=until, because=because, given_by=by.name
        )
        detail = {"track": track, "tier": tier, "until": str(last_day), "because": because}
        audit(by, "tier.granted", f"member:{member_id}", detail, at=now)
        _judge(cursor.cursor, by, member_id, f"floor:{floor.pk}", now)
    return floor.pk


def take_tier_away(by: Actor, floor_id: int, because: str, *, now: datetime) -> None:
    """End a granted tier now. Refusals: `floor.unknown`, `floor.because`."""
    _check_because(because)
    with transaction.atomic(), connection.cursor() as cursor:
        owner = TierFloor.objects.filter(pk=floor_id).values_list("owner_id", flat=True).first()
        if owner is not None:
            lock(cursor.cursor, [owner])
        floor = TierFloor.objects.select_for_update().filter(pk=floor_id, removed_at=None, until__gt=now).first()
        if floor is None:
            raise Refusal("floor.unknown", "this granted tier has ended")
        floor.removed_at, floor.removed_by, floor.removed_because = now, by.name, because
        floor.save(update_fields=["removed_at", "removed_by", "removed_because"])
        audit(by, "tier.taken_away", f"member:{floor.owner_id}", {"track": floor.track, "tier": floor.tier, "because": because}, at=now)
        _judge(cursor.cursor, by, floor.owner_id, f"floor:{floor.pk}:end", now)


def _check_because(because: str) -> None:
    if not 1 <= len(because.strip()) <= 500:
        raise Refusal("floor.because", "say why, in up to 500 characters")


def _judge(cursor: Cursor, by: Actor, member_id: int, key: str, now: datetime) -> None:
    """Judge a member by the floors that stand now, and tell what moved."""
    settings = settings_book()
    rules = programme(cursor, settings, settings.zone(now.date()))
    touched = Touched()
    book, known = read(cursor, rules, touched, now, [member_id])
    book.grant(member_id, book.member(member_id).floors, now)
    book.until = now
    write(cursor, book, known, touched)
    tell_news(by, news_of(rules, book.news), key, now)
