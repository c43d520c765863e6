"""What tests of journeys begin with: definitions in a line, people, instants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.journeys import services
from siyu.members.models import Member
from siyu.merchant.rules import SYSTEM

NOW = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGE = {"kind": "fact", "fact": "page.viewed", "where": {}}


def chain(*steps: dict[str, Any], trigger: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A definition of steps s1, s2 … each leading to the next by its way `next`, unless it says otherwise."""
    made = {}
    for place, step in enumerate(steps, 1):
        follows = {"next": {"next": f"s{place + 1}"}} if place < len(steps) and "next" not in step else {}
        made[f"s{place}"] = {**follows, **step}
    return {"trigger": trigger or PAGE, "entry": {"how": "many"}, "first": "s1", "steps": made, **more}


def publish(definition: dict[str, Any], code: str = "j", now: datetime = NOW) -> str:
    """A journey in force."""
    services.create(SYSTEM, code, f"旅程 {code}", definition, now=now)
    services.publish(SYSTEM, code, now=now)
    return code


def say(name: str, who: str, at: datetime, message: str = "", **properties: Any) -> Incoming:
    return Incoming(
        name=name,
        occurred_at=at,
        message=message or f"{name}:{who}:{at.isoformat()}",
        handles=[Handle("user_id", who)],
        properties=properties,
    )


def tell(*facts: Incoming, at: datetime | None = None) -> None:
    """Facts arrive (at the instant of the last) and go through the pump."""
    at = at or facts[-1].occurred_at
    record(list(facts), source="web", received_at=at)
    pump(at)


def person(who: str) -> int:
    """The number of whom a user_id belongs to."""
    from siyu.members.models import Identity

    return next(one.member_id for one in Identity.objects.all() if _value(one) == who)


def _value(one: Any) -> str:
    from siyu.lib.crypto import decrypt_text

    return decrypt_text(bytes(one.value)) if one.value else ""  # of who was erased nothing is left


def everybody() -> list[Member]:
    return list(Member.objects.filter(merged_into=None))
