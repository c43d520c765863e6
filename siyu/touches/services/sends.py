"""One-off sends: drafted, scheduled, walked set by set with a pause between any two, and ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, NamedTuple

from django.db import connection, transaction

from siyu.audiences.queries import audience
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.lib.words import gettext_noop
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..asking import policy_at
from ..models import Arm, Send, Template
from ..rules.pace import room
from ..rules.settings import MAX_WINDOW
from .proposing import Wish, propose
from .tasks import withdraw

_sql = statements("siyu.touches", "sends")
WHOLE = 10_000  # shares are of so many
MAX_NAME, MAX_ARMS, MAX_CONTROL, MAX_PER_HOUR = 100, 4, 5_000, 1_000_000
LONGEST_AHEAD = timedelta(days=731)
SET = 500  # heads of one transaction
MAX_SETS = 60  # of one run of the timetable: others' sends have their turn
UNDER_WAY = ("scheduled", "running")

STANDS = {  # why a step cannot be taken now
    "draft": gettext_noop("this send is a draft still"),
    "scheduled": gettext_noop("this send waits for its time already"),
    "running": gettext_noop("this send is running already"),
    "paused": gettext_noop("this send is paused"),
    "done": gettext_noop("this send is done"),
    "cancelled": gettext_noop("this send was cancelled"),
}


class ArmTerms(NamedTuple):
    """What an arm says, to which share of 10,000, and when."""

    template_code: str
    weight: int
    at: datetime


class Terms(NamedTuple):
    """What a send is; `control_share` of 10,000 of those who may be touched are left out on purpose."""

    name: str
    audience_id: int
    arms: Sequence[ArmTerms]
    control_share: int = 0
    per_hour: int | None = None
    priority: int = 0
    until: datetime | None = None
    window_days: int = 7


def draft_send(by: Actor, terms: Terms, *, now: datetime, send_id: int | None = None, salt: str = "") -> int:
    """Write a draft, or write one anew; returns its id. `salt` draws arms and control group, and is random unless given.

    Refusals: `send.name`, `send.audience`, `send.arms`, `send.weights`, `send.template`, `send.control`, `send.pace`, `send.until`,
    `send.window`, `send.priority`, `send.time`, `send.state`, `send.unknown`.
    """
    name, templates = _checked(terms)
    instants = [arm.at for arm in terms.arms] + ([terms.until] if terms.until else [])
    if not now - LONGEST_AHEAD < min(instants) <= max(instants) <= now + LONGEST_AHEAD:
        raise Refusal("send.time", "a send begins and ends within two years")
    with transaction.atomic():
        send = _locked(send_id, "draft") if send_id is not None else Send(salt=salt or token_hex(8), created_by=by.name, created_at=now)
        send.name, send.audience_id, send.audience_name = terms.name.strip(), terms.audience_id, name
        send.control_share, send.per_hour, send.priority = terms.control_share, terms.per_hour, terms.priority
        send.until, send.window_days = terms.until, terms.window_days
        send.save()
        Arm.objects.filter(send=send).delete()
        Arm.objects.bulk_create(
            Arm(send=send, number=number, template_id=templates[arm.template_code].pk, weight=arm.weight, at=arm.at)
            for number, arm in enumerate(terms.arms, start=1)
        )
        audit(by, "send.drafted", f"send:{send.pk}", {"audience": terms.audience_id, "arms": len(terms.arms)}, at=now)
    return send.pk


def schedule_send(by: Actor, send_id: int, *, now: datetime) -> None:
    """Let a draft run at its time, with the newest version of its templates.

    Refusals: `send.unknown`, `send.state`, `send.until`; `send.audience` and `send.template` where one was taken out of use meanwhile.
    """
    with transaction.atomic():
        send = _locked(send_id, "draft")
        if send.until is not None and send.until <= now:
            raise Refusal("send.until", "the end of this send is past")
        _audience(send.audience_id)
        for arm in Arm.objects.filter(send=send).select_related("template"):
            arm.template = _template(arm.template.code)
            arm.save(update_fields=["template"])
        _move(by, send, "scheduled", now)


def unschedule_send(by: Actor, send_id: int, *, now: datetime) -> None:
    """A send that has not begun is a draft again, to be changed; nobody gets it before it is scheduled anew.

    Refusals: `send.unknown`, `send.state`.
    """
    with transaction.atomic():
        send = _locked(send_id, "scheduled", "paused")
        if send.started_at is not None:
            raise Refusal("send.state", "this send has begun: cancel it, and change a copy")
        _move(by, send, "draft", now)


def pause_send(by: Actor, send_id: int, *, now: datetime) -> None:
    """Stop before the next set; what was asked for before still goes. Refusals: `send.unknown`, `send.state`."""
    with transaction.atomic():
        _move(by, _locked(send_id, *UNDER_WAY), "paused", now)


def resume_send(by: Actor, send_id: int, *, now: datetime) -> None:
    """Go on where it stopped. Refusals: `send.unknown`, `send.state`."""
    with transaction.atomic():
        send = _locked(send_id, "paused")
        _move(by, send, "running" if send.started_at else "scheduled", now)


def cancel_send(by: Actor, send_id: int, *, now: datetime) -> int:
    """End a send for good and take back what waits: returns how many touches and tasks. Refusals: `send.unknown`, `send.state`."""
    with transaction.atomic():
        send = _locked(send_id, "draft", "paused", "done", *UNDER_WAY)
        send.ended_at = now
        send.save(update_fields=["ended_at"])
        _move(by, send, "cancelled", now)
    taken_back = 0
    for _ in range(1_000):
        some = withdraw(f"send:{send_id}", now)
        taken_back += some
        if not some:
            break
    return taken_back


def run_sends(now: datetime) -> int:
    """Begin what is due and whose audience is known, and walk what runs; returns how many heads were asked for."""
    walked = 0
    for send in Send.objects.filter(status="scheduled", arms__at__lte=now).distinct()[:50]:
        _begin(send.pk, now)
    for send in Send.objects.filter(status="running").order_by("-priority", "pk")[:50]:
        for _ in range(MAX_SETS):
            some = _walk_set(send.pk, now)
            if some is None:
                break
            walked += some
    return walked


def _begin(send_id: int, now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        send = Send.objects.select_for_update().get(pk=send_id)
        if send.status != "scheduled" or not _is_judged(send.audience_id):
            return
        weights = list(Arm.objects.filter(send=send).order_by("number").values_list("weight", flat=True))
        edges = [sum(weights[:place]) for place in range(len(weights))]
        columns: dict[str, Any] = {"send": send.pk, "salt": f"{send.salt}:arm", "edges": edges, "audience": send.audience_id}
        cursor.execute(_sql.count_in, columns)
        send.status, send.started_at, send.size = "running", now, cursor.rowcount
        send.save(update_fields=["status", "started_at", "size"])


def _is_judged(number: int) -> bool:
    """Whether it is known who is in an audience: of a new one it is not until the pump has asked everybody."""
    found = audience(number)
    return found is not None and found.version > 0


def _walk_set(send_id: int, now: datetime) -> int | None:
    """One set of one arm in a transaction of its own; None when there is nothing to do now."""
    with transaction.atomic(), connection.cursor() as cursor:
        send = Send.objects.select_for_update().get(pk=send_id)
        arms = list(Arm.objects.filter(send=send, is_walked=False).select_related("template").order_by("at", "number"))
        if send.status != "running" or not arms or (send.until is not None and now >= send.until):
            _end(send, now)
            return None
        if arms[0].at > now or _waits_for_morning(send, arms[0], now) or not (limit := _room(send, now)):
            return None
        arm = arms[0]
        cursor.execute(_sql.heads, {"send": send.pk, "arm": arm.number, "after": arm.walked_to, "limit": limit})
        members = [row[0] for row in cursor.fetchall()]
        answers = propose([_wish(send, arm, member, now) for member in members], now=now)
        send.hour_count += sum(answer.status in ("reserved", "asked") for answer in answers)
        send.save(update_fields=["hour_from", "hour_count"])
        arm.walked_to, arm.is_walked = members[-1] if members else arm.walked_to, len(members) < limit
        arm.save(update_fields=["walked_to", "is_walked"])
        if len(arms) == 1 and arm.is_walked:
            _end(send, now)
        return len(members)


def _waits_for_morning(send: Send, arm: Arm, now: datetime) -> bool:
    """A paced send asks for nobody in the merchant's night: what the gate put off would go all at once when it ends."""
    if send.per_hour is None:
        return False
    policy, zone = policy_at(now)
    is_night = policy.quiet is not None and policy.quiet.covers(now, zone)
    return is_night and policy.when_quiet == "defer" and arm.template.purpose not in policy.unhindered


def _room(send: Send, now: datetime) -> int:
    if send.per_hour is None:
        return SET
    send.hour_from, send.hour_count, left = room(send.per_hour, send.hour_from, send.hour_count, now)
    return min(left, SET)


def _wish(send: Send, arm: Arm, member: int, now: datetime) -> Wish:
    return Wish(
        member_id=member,
        template_id=arm.template_id,
        key=f"send:{send.pk}:{member}",
        source=f"send:{send.pk}",
        at=now,
        until=send.until,
        priority=send.priority,
        arm=chr(64 + arm.number),
        salt=f"{send.salt}:control",
        held_out=send.control_share,
    )


def _end(send: Send, now: datetime) -> None:
    if send.status == "running":
        send.status, send.ended_at = "done", now
        send.save(update_fields=["status", "ended_at"])


def _checked(terms: Terms) -> tuple[str, dict[str, Template]]:
    """The name of the audience and the templates. Raises the refusals of `draft_send`."""
    if not 1 <= len(terms.name.strip()) <= MAX_NAME:
        raise Refusal("send.name", "a name has 1 to %(limit)s characters", limit=MAX_NAME)
    name = _audience(terms.audience_id)
    if not 1 <= len(terms.arms) <= MAX_ARMS:
        raise Refusal("send.arms", "between 1 and %(limit)s arms", limit=MAX_ARMS)
    if sum(arm.weight for arm in terms.arms) != WHOLE or min(arm.weight for arm in terms.arms) < 1:
        raise Refusal("send.weights", "the shares of the arms add up to the whole: to a hundred percent, for programs to 10,000")
    _check_bounds(terms)
    return name, {arm.template_code: _template(arm.template_code) for arm in terms.arms}


def _audience(number: int) -> str:
    """The name of an audience in use."""
    found = audience(number)
    if found is None or found.archived_at is not None:
        raise Refusal("send.audience", "there is no such audience")
    return found.name


def _template(code: str) -> Template:
    """The newest version of a template in use."""
    newest = Template.objects.filter(code=code, archived_at=None).order_by("-version").first()
    if newest is None:
        raise Refusal("send.template", "there is no template %(code)s", code=code)
    return newest


def _check_bounds(terms: Terms) -> None:
    if not 0 <= terms.control_share <= MAX_CONTROL:
        raise Refusal("send.control", "the control group is at most half of all")
    if terms.per_hour is not None and not 1 <= terms.per_hour <= MAX_PER_HOUR:
        raise Refusal("send.pace", "between 1 and %(limit)s an hour", limit=MAX_PER_HOUR)
    if terms.until is not None and terms.until <= max(arm.at for arm in terms.arms):
        raise Refusal("send.until", "the end comes after the last arm's time")
    if not 1 <= terms.window_days <= MAX_WINDOW:
        raise Refusal("send.window", "between 1 and %(limit)s days", limit=MAX_WINDOW)
    if not -100 <= terms.priority <= 100:
        raise Refusal("send.priority", "between -100 and 100")


def _locked(send_id: int, *states: str) -> Send:
    send = Send.objects.select_for_update().filter(pk=send_id).first()
    if send is None:
        raise Refusal("send.unknown", "there is no such send")
    if send.status not in states:
        raise Refusal("send.state", STANDS[send.status])
    return send


def _move(by: Actor, send: Send, status: str, now: datetime) -> None:
    audit(by, f"send.{status}", f"send:{send.pk}", {"from": send.status}, at=now)
    send.status = status
    send.save(update_fields=["status"])
