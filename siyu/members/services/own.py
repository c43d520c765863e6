"""What members say of themselves: consents given and withdrawn, traits. Facts like any other; the pump keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction

from siyu.facts.intake import message_hash
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_of
from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..rules import CHANNELS, MAX_NOTE, PURPOSES, UNDATED, WAYS
from .carriers import carriers

MAX_CHOICES = 50  # of one form


class Choice(NamedTuple):
    """A purpose and channel agreed to, or withdrawn."""

    purpose: str
    channel: str
    is_given: bool


class ConsentWord(NamedTuple):
    """What a person told somebody of ours: how (a key of `rules.WAYS`), when (now, unless given), and a note that proves it."""

    choice: Choice
    way: str
    note: str = ""
    at: datetime | None = None


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
    subject: str = "",
    more: Mapping[str, str] | None = None,
) -> list[UUID]:
    """Record what a person agreed to or withdrew, each with its proof; returns the ids of the facts, by which one sees them kept.

    `at` is when it was said, `now` unless given; with a `key` each choice is kept once, however often it is told. The audit is of
    `subject`, and `more` is what else the facts say.

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
            properties={"purpose": choice.purpose, "channel": choice.channel, "proof": proof, **(more or {})},
        )
        for choice in choices
    ]
    with transaction.atomic():
        record(facts, source=source, received_at=now)
        for fact, choice in zip(facts, choices, strict=True):
            audit(by, fact.name, subject or f"handle:{handle.kind}", {"purpose": choice.purpose, "channel": choice.channel}, proof)
    return [message_hash(fact.message) for fact in facts]


def record_consent(by: Actor, member_id: int, word: ConsentWord, *, now: datetime) -> UUID:
    """Record what a member told staff or a program; returns the fact's id. The same word of the same instant is kept once.

    The note may be about the person: the log keeps it as a personal value, and the audit does not. A yes needs one, a no needs none.
    Refusals: `consent.purpose`, `consent.channel`, `consent.way`, `consent.note`, `consent.time`, `member.gone`.
    """
    choice, at, note = word.choice, word.at or now, word.note.strip()
    _check(word, at, now)
    if (carrier := carriers([member_id]).get(member_id)) is None:
        raise Refusal("member.gone", "this member was erased, or merged into another")
    said = f"{choice.is_given} {at.timestamp()}"
    (fact,) = record_consents(
        by,
        carrier.handle,
        [choice],
        proof=f"told {by.name} ({word.way})",
        source=source_of(by),
        now=now,
        at=at,
        key=f"{lookup_hash(*carrier.handle)} {said}",
        subject=f"member:{member_id}",
        more={"way": word.way, "by": by.name, **({"note": note} if note else {})},
    )
    return fact


def _check(word: ConsentWord, at: datetime, now: datetime) -> None:
    for code, value, known in (
        ("purpose", word.choice.purpose, PURPOSES),
        ("channel", word.choice.channel, CHANNELS),
        ("way", word.way, WAYS),
    ):
        if value not in known:
            raise Refusal(f"consent.{code}", "%(word)s is none of %(known)s", word=value[:60], known=", ".join(known))
    if len(word.note) > MAX_NOTE:
        raise Refusal("consent.note", "a note has at most %(limit)s characters", limit=MAX_NOTE)
    if word.choice.is_given and not word.note.strip():
        raise Refusal("consent.note", "write down what proves the yes: the form, the call, the chat")
    if not UNDATED < at <= now:
        raise Refusal("consent.time", "a word was given after 1970, and not in the future")


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
