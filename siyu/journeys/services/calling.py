"""A program calls a member into a journey: a fact like any other; the pump lets them in by the journey's own rules."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from siyu.facts.intake import message_hash
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_of
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor

from ..models import Call, Journey
from ..queries import callable_journeys
from ..rules.definition import CALLED
from .writing import storable

MAX_PROPERTIES = 50


def call(by: Actor, code: str, handle: Handle, properties: Mapping[str, Any], key: str, *, now: datetime) -> UUID:
    """Record that a member is called; returns the fact's id. The same key and body is one call, with another body it is refused.

    Refusals: `journey.unknown`, `journey.state` (not live, or not started by calls), `call.properties`, `key.reused`.
    """
    if len(properties) > MAX_PROPERTIES or "journey" in properties:
        raise Refusal("call.properties", "at most %(limit)s properties, and none is called journey", limit=MAX_PROPERTIES)
    told = _kept(properties)
    caller = f"{by.kind}:{by.id}:{key}"
    digest = blake2b(msgspec.json.encode([code, handle, told], order="sorted"), digest_size=16).hexdigest()
    with transaction.atomic():
        _refuse_closed(code)
        known, is_new = Call.objects.get_or_create(key=caller, defaults={"digest": digest, "called_at": now})
        if not is_new and known.digest != digest:
            raise Refusal("key.reused", "this key has made another call")
        fact = Incoming(
            name=CALLED,
            occurred_at=known.called_at,
            message=f"{CALLED}:{caller}",
            handles=[handle],
            properties={**told, "journey": code},
            key=f"{CALLED}:{caller}",
        )
        if is_new:
            record([fact], source=source_of(by), received_at=now)
    return message_hash(fact.message)


def _kept(properties: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return storable(dict(properties))
    except Refusal as refusal:
        raise Refusal("call.properties", "properties are plain JSON of at most %(limit)s characters", **refusal.values) from refusal


def _refuse_closed(code: str) -> None:
    journey = Journey.objects.filter(code=code).first()
    if journey is None:
        raise Refusal("journey.unknown", "there is no journey %(code)s", code=code[:60])
    if journey.state != "live" or code not in callable_journeys():
        raise Refusal("journey.state", "this journey is %(state)s, or no call starts it", state=journey.state)
