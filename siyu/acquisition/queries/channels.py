"""Channels, their rules and their costs as pages show them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from siyu.lib.web.keyset import Position, cut

from ..models import Channel, ChannelRule, Cost
from ..rules import Spell

LIMIT = 2_000  # channels are made by people and, up to 500, by facts


def channels(*, with_archived: bool = False) -> list[Channel]:
    """Channels by name."""
    found = Channel.objects.all() if with_archived else Channel.objects.filter(archived_at=None)
    return list(found.order_by("name", "code")[:LIMIT])


def channel_names() -> dict[int, str]:
    """Names of all channels by id, archived ones too."""
    return dict(Channel.objects.values_list("pk", "name")[:LIMIT])


def one_channel(channel_id: int) -> Channel | None:
    return Channel.objects.filter(pk=channel_id).first()


def rules_of(channel_id: int) -> list[ChannelRule]:
    """A channel's UTM rules in the order in which they are tried."""
    return list(ChannelRule.objects.filter(channel_id=channel_id).order_by("rank", "pk")[:LIMIT])


def all_rules() -> list[ChannelRule]:
    """All UTM rules in the order in which they are tried."""
    return list(ChannelRule.objects.select_related("channel").order_by("rank", "pk")[:LIMIT])


def one_rule(rule_id: int) -> ChannelRule | None:
    return ChannelRule.objects.select_related("channel").filter(pk=rule_id).first()


def costs(at: Position, *, channel_id: int | None = None, with_archived: bool = False) -> list[Cost]:
    """A page of costs, newest period first; the sort key is (from_day, id)."""
    return list(cut(_wanted(channel_id, with_archived), at, "-from_day", "-id"))


def latest_costs(channel_id: int, limit: int = 20) -> list[Cost]:
    """A channel's costs in force, newest period first."""
    return list(_wanted(channel_id, False).order_by("-from_day", "-id")[:limit])


def one_cost(cost_id: int) -> Cost | None:
    return Cost.objects.select_related("channel").filter(pk=cost_id).first()


def costs_of(first: date, last: date) -> dict[int, list[Spell]]:
    """The costs in force that touch these business days, by channel id."""
    found: dict[int, list[Spell]] = {}
    rows: Iterable[tuple[int, date, date, int]] = Cost.objects.filter(archived_at=None, from_day__lte=last, to_day__gte=first).values_list(
        "channel_id", "from_day", "to_day", "amount_minor"
    )
    for channel_id, from_day, to_day, amount_minor in rows:
        found.setdefault(channel_id, []).append(Spell(from_day, to_day, amount_minor))
    return found


def _wanted(channel_id: int | None, with_archived: bool) -> "QuerySet[Cost]":
    found = Cost.objects.select_related("channel")
    if channel_id is not None:
        found = found.filter(channel_id=channel_id)
    return found if with_archived else found.filter(archived_at=None)
