"""What members say of themselves: consents given and withdrawn, traits. Facts like any other; the pump keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction

from siyu.facts.intake import message_hash
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

MAX_CHOICES = 50  # of one form


class Choice(NamedTuple):
    """A purpose and channel agreed to, or withdrawn."""

    purpose: str
    channel: str
    is_given: bool


def record_consents(
    by: Actor,
    handle: Handle,
    choices: Sequence[Choice],
    *,
    proof: str,
    source: str,
    now: datetime,
    at: datetime | None = None,
    key: str = "",
) -> list[UUID]:
    """Record what a person agreed to or withdrew, each with its proof; returns the ids of the facts, by which one sees them kept.

    `at` is when it was said, `now` unless given; with a `key` each choice is kept once, however often it is told.

    Refusals: `consent.proof`, `consent.too_many`.
    """
    if not proof.strip():
        raise Refusal("consent.proof", "say how the person told you: a form, a call, a letter with its date")
    if len(choices) > MAX_CHOICES:
        raise Refusal("consent.too_many", "at most %(most)s consents at a time", most=MAX_CHOICES)
    facts = [
        Incoming(
            name="consent.given" if choice.is_given else "consent.withdrawn",
            occurred_at=at or now,
            message=f"consent:{key or uuid4()}:{choice.purpose}:{choice.channel}",
            key=f"consent:{key}:{choice.purpose}:{choice.channel}" if key else "",
            handles=[handle],
            properties={"purpose": choice.purpose, "channel": choice.channel, "proof": proof},
        )
        for choice in choices
    ]
    with transaction.atomic():
        record(facts, source=source, received_at=now)
        for fact, choice in zip(facts, choices, strict=True):
            audit(by, fact.name, f"handle:{handle.kind}", {"purpose": choice.purpose, "channel": choice.channel}, proof)
    return [message_hash(fact.message) for fact in facts]


def describe(by: Actor, handles: Sequence[Handle], traits: Mapping[str, Any], *, source: str, now: datetime, proof: str = "") -> UUID:
    """Record traits as said by the bearer of a handle; with a `proof`, all the handles are said to be one person. The fact's id.

    The audit names the traits, not what they say.
    """
    fact = Incoming(
        name="member.identified",
        occurred_at=now,
        message=f"own:{uuid4()}",
        handles=list(handles),
        properties={"traits": dict(traits)} if traits else {},
        proof=proof,
    )
    with transaction.atomic():
        record([fact], source=source, received_at=now)
        audit(by, "member.described", f"handle:{handles[0].kind}", {"traits": sorted(traits), "kinds": [one.kind for one in handles]})
    return message_hash(fact.message)
