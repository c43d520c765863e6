"""What channels brought and cost in a period."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from siyu.lib.clock import midnight
from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from ..rules import cost_between, per_head
from .channels import channels, costs_of

_sql = statements("siyu.acquisition", "reads")


class ChannelFigures(NamedTuple):
    """A channel in a period of whole business days.

    `arrivals`: facts that name it. `people`: who came through it before any other channel. `members`: those of them who are identified.
    `first_purchases`: first orders paid in the period by people whose first channel it is. `cost_minor`: what falls on these days.
    `cac_minor`: cost of winning one member (cost ÷ members), None when nobody was won.
    """

    id: int
    code: str
    name: str
    kind: str
    is_archived: bool
    arrivals: int
    people: int
    members: int
    first_purchases: int
    cost_minor: int
    cac_minor: int | None


class CodeFigures(NamedTuple):
    """A code of a channel in a period: whom it brought first, and how many of them are identified."""

    code: str
    people: int
    members: int


class MemberChannels(NamedTuple):
    """First and last channel of a member."""

    first_channel: str
    first_name: str
    first_code: str
    first_at: datetime
    last_channel: str
    last_name: str
    last_code: str
    last_at: datetime


def channel_figures(first: date, last: date, zone: ZoneInfo, scope: Scope = WHOLE) -> list[ChannelFigures]:
    """Every channel's figures from `first` to `last` (both included), those who brought most first; archived ones while they have figures.

    Costs belong to the whole merchant: a narrowed scope sees none of them, and no CAC.
    """
    with connection.cursor() as cursor:
        cursor.execute(_sql.channel_figures, _period(first, last, zone, scope))
        brought = {row[0]: row[1:] for row in cursor.fetchall()}
    spells = costs_of(first, last) if scope.is_whole else {}
    found = []
    for channel in channels(with_archived=True):
        arrivals, people, members, first_purchases = brought.get(channel.pk, (0, 0, 0, 0))
        cost = cost_between(spells.get(channel.pk, ()), first, last)
        if channel.archived_at is None or arrivals or people or first_purchases or cost:
            cac = per_head(cost, members) if scope.is_whole else None
            named = (channel.pk, channel.code, channel.name, channel.kind, channel.archived_at is not None)
            found.append(ChannelFigures(*named, arrivals, people, members, first_purchases, cost, cac))
    return sorted(found, key=lambda one: (-one.people, -one.arrivals, -one.cost_minor, one.name, one.id))


def arrivals_by_day(first: date, last: date, zone: ZoneInfo, scope: Scope = WHOLE) -> dict[tuple[date, int], int]:
    """Arrivals by (business day, channel id)."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.arrivals_by_day, _period(first, last, zone, scope) | {"zone": zone.key})
        return {(day, channel): arrivals for day, channel, arrivals in cursor.fetchall()}


def codes_of_channel(channel_id: int, first: date, last: date, zone: ZoneInfo, scope: Scope = WHOLE, limit: int = 100) -> list[CodeFigures]:
    """The codes of a channel, those who brought most first."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.codes_of_channel, _period(first, last, zone, scope) | {"channel": channel_id, "limit": limit})
        return [CodeFigures(*row) for row in cursor.fetchall()]


def attribution_of(member_id: int) -> MemberChannels | None:
    """A member's first and last channel, if any arrival is known; whether the viewer may see the member is the caller's to ask."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.attribution_of, {"member": member_id})
        row = cursor.fetchone()
    return MemberChannels(*row) if row else None


def _period(first: date, last: date, zone: ZoneInfo, scope: Scope) -> dict[str, Any]:
    return {"since": midnight(first, zone), "until": midnight(last + timedelta(1), zone)} | scope.parameters()
