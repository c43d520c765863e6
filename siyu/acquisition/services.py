"""What people do with channels: make, rename and archive them, say which UTM values mean them, enter what they cost."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from siyu.lib.money import MAX_MINOR
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from .models import Channel, ChannelRule, Cost
from .rules import AUTOMATIC_PREFIX, KINDS, MAX_CODE, OTHER, is_valid_code

MAX_DAYS = 3_660  # of one cost
MAX_NAME = 100  # characters
MAX_NOTE = 500
MAX_RULES = 1_000  # of all channels


def create_channel(by: Actor, code: str, name: str, kind: str, *, now: datetime) -> int:
    """A new channel; facts name it by its code. Refusals: `channel.code`, `channel.name`, `channel.kind`, `channel.code_taken`."""
    if not is_valid_code(code) or code == OTHER or code.startswith(AUTOMATIC_PREFIX):
        raise Refusal(
            "channel.code", "a channel's code has 1 to %(limit)s printable characters and does not begin with utm:", limit=MAX_CODE
        )
    row = Channel(code=code, name=_name(name), kind=_kind(kind), created_by=by.name, created_at=now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit(by, "channel.created", f"channel:{row.pk}", {"code": code, "name": name, "kind": kind})
    except IntegrityError as error:
        raise Refusal("channel.code_taken", "there is already a channel with the code %(code)s", code=code) from error
    return row.pk


def change_channel(by: Actor, channel_id: int, name: str, kind: str) -> None:
    """A channel's name and kind; its code stays, because facts name it. Refusals: `channel.unknown`, `channel.name`, `channel.kind`."""
    with transaction.atomic():
        channel = _channel(channel_id)
        before = {"name": channel.name, "kind": channel.kind}
        channel.name, channel.kind = _name(name), _kind(kind)
        channel.save(update_fields=["name", "kind"])
        audit(by, "channel.changed", f"channel:{channel_id}", {"before": before, "after": {"name": name, "kind": kind}})


def archive_channel(by: Actor, channel_id: int, *, now: datetime) -> None:
    """Take a channel out of use: its rules no longer match; what came through it stays. Repeating changes nothing.

    Refusal: `channel.unknown`.
    """
    with transaction.atomic():
        channel = _channel(channel_id)
        if channel.archived_at is None:
            channel.archived_at = now
            channel.save(update_fields=["archived_at"])
            audit(by, "channel.archived", f"channel:{channel_id}", {"code": channel.code})


def restore_channel(by: Actor, channel_id: int) -> None:
    """Take an archived channel into use again. Repeating changes nothing. Refusal: `channel.unknown`."""
    with transaction.atomic():
        channel = _channel(channel_id)
        if channel.archived_at is not None:
            channel.archived_at = None
            channel.save(update_fields=["archived_at"])
            audit(by, "channel.restored", f"channel:{channel_id}", {"code": channel.code})


def add_rule(by: Actor, channel_id: int, rank: int, *, source: str = "", medium: str = "", campaign: str = "") -> int:
    """Say that UTM values mean a channel, for arrivals from now on; rules of all channels are tried by rank.

    Refusals: `channel.unknown`, `rule.rank`, `rule.empty`, `rule.value`, `rule.too_many`.
    """
    values = [value.strip() for value in (source, medium, campaign)]
    if not 0 <= rank <= 1_000_000:
        raise Refusal("rule.rank", "the rank is a whole number from 0 to 1,000,000")
    if not any(values):
        raise Refusal("rule.empty", "a rule needs at least one UTM value, or it would take everything")
    if any(len(value) > MAX_CODE or not value.isprintable() for value in values):
        raise Refusal("rule.value", "a UTM value has at most %(limit)s printable characters", limit=MAX_CODE)
    with transaction.atomic():
        channel = _channel(channel_id)
        if ChannelRule.objects.count() >= MAX_RULES:
            raise Refusal("rule.too_many", "there are already %(limit)s rules", limit=MAX_RULES)
        row = ChannelRule.objects.create(channel=channel, rank=rank, utm_source=values[0], utm_medium=values[1], utm_campaign=values[2])
        audit(by, "channel_rule.added", f"channel:{channel_id}", {"rule": row.pk, "rank": rank, "utm": values})
    return row.pk


def remove_rule(by: Actor, rule_id: int) -> None:
    """Take a rule away, for arrivals from now on. Refusal: `rule.unknown`."""
    with transaction.atomic():
        row = ChannelRule.objects.select_for_update().filter(pk=rule_id).first()
        if row is None:
            raise Refusal("rule.unknown", "there is no such rule")
        utm = [row.utm_source, row.utm_medium, row.utm_campaign]
        row.delete()
        audit(by, "channel_rule.removed", f"channel:{row.channel_id}", {"rule": rule_id, "rank": row.rank, "utm": utm})


def enter_cost(by: Actor, channel_id: int, from_day: date, to_day: date, amount_minor: int, note: str = "", *, now: datetime) -> int:
    """What a channel cost over whole business days (minor units), spread evenly over them. Periods may overlap: their days add up.

    Refusals: `channel.unknown`, `cost.period`, `cost.amount`, `cost.note`.
    """
    if to_day < from_day or (to_day - from_day).days >= MAX_DAYS:
        raise Refusal("cost.period", "the last day lies before the first, or more than ten years behind it")
    if not 0 <= amount_minor <= MAX_MINOR:
        raise Refusal("cost.amount", "a cost is not negative, and not that large")
    if len(note) > MAX_NOTE:
        raise Refusal("cost.note", "a note has at most %(limit)s characters", limit=MAX_NOTE)
    with transaction.atomic():
        row = Cost.objects.create(
            channel=_channel(channel_id),
            from_day=from_day,
            to_day=to_day,
            amount_minor=amount_minor,
            note=note.strip(),
            entered_by=by.name,
            entered_at=now,
        )
        told = {"from_day": from_day.isoformat(), "to_day": to_day.isoformat(), "amount_minor": amount_minor}
        audit(by, "cost.entered", f"cost:{row.pk}", {"channel": channel_id} | told)
    return row.pk


def archive_cost(by: Actor, cost_id: int, *, now: datetime) -> None:
    """Take a cost out of all figures; the row stays. Repeating changes nothing. Refusal: `cost.unknown`."""
    with transaction.atomic():
        row = Cost.objects.select_for_update().filter(pk=cost_id).first()
        if row is None:
            raise Refusal("cost.unknown", "there is no such cost")
        if row.archived_at is None:
            row.archived_at = now
            row.save(update_fields=["archived_at"])
            audit(by, "cost.archived", f"cost:{cost_id}", {"channel": row.channel_id, "amount_minor": row.amount_minor})


def _channel(channel_id: int) -> Channel:
    channel = Channel.objects.select_for_update().filter(pk=channel_id).first()
    if channel is None:
        raise Refusal("channel.unknown", "there is no such channel")
    return channel


def _name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise Refusal("channel.name", "a channel's name has 1 to %(limit)s printable characters", limit=MAX_NAME)
    return name


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Refusal("channel.kind", "a channel is one of %(kinds)s", kinds=", ".join(KINDS))
    return kind
