"""What members change about themselves: traits, consents."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from siyu.facts.rules import Handle
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.queries import bearer
from siyu.members.services import Choice, describe, record_consents
from siyu.merchant.queries import today
from siyu.merchant.rules import Actor

from ..models import BirthdayChange
from ..rules import GENDERS, SOURCE, Profile, birthday_fault, may_set_birthday, traits_of
from .joining import MAX_NICKNAME

_sql = statements("siyu.portal", "portal")
MAX_CITY = 40


def change_profile(by: Actor, hash_: UUID, old: Profile, new: Profile, *, now: datetime) -> UUID | None:
    """Record what a member says of themselves where it differs; the fact's id, or None when nothing does.

    Refusals: `profile.text`, `profile.gender`, `profile.birthday`, `profile.birthday_once`, `member.gone`.
    """
    traits = traits_of(old, new)
    if not traits:
        return None
    _check(new)
    handle = _handle(hash_)
    with transaction.atomic():
        if "birthday" in traits:
            _change_birthday(by, hash_, old.birthday, new.birthday, now)
        return describe(by, [handle], traits, source=SOURCE, now=now)


def choose_consents(by: Actor, hash_: UUID, choices: Sequence[Choice], *, now: datetime) -> list[UUID]:
    """Record what a member agrees to or withdraws in the member centre; the ids of the facts. Refusal: `member.gone`."""
    return record_consents(by, _handle(hash_), choices, proof="member centre", source=SOURCE, now=now) if choices else []


def _check(new: Profile) -> None:
    for text, most in ((new.nickname, MAX_NICKNAME), (new.city, MAX_CITY)):
        if len(text) > most or (text and not text.isprintable()):
            raise Refusal("profile.text", "at most %(most)s characters, on one line", most=most)
    if new.gender and new.gender not in GENDERS:
        raise Refusal("profile.gender", "choose one of those offered")


def _change_birthday(by: Actor, hash_: UUID, old: str, new: str, now: datetime) -> None:
    """Set it and note when; members lock on their own row, so two at once cannot both pass."""
    try:
        fault = birthday_fault(date.fromisoformat(new), today(now))
    except ValueError:
        raise Refusal("profile.birthday", "a birthday is a date, such as 1990-05-17") from None
    if fault:
        raise Refusal("profile.birthday", fault)
    with connection.cursor() as cursor:
        cursor.execute(_sql.lock_birthday, {"handle": str(by.id)})
        cursor.execute(_sql.birthday_changed, {"member": by.id})
        changed = cursor.fetchone()[0]
    if not may_set_birthday(old, changed, now):
        raise Refusal("profile.birthday_once", "a birthday can be changed once a year; ask us if yours is wrong")
    BirthdayChange.objects.create(handle=hash_, at=now)


def _handle(hash_: UUID) -> Handle:
    found = bearer(hash_)
    if found is None:
        raise Refusal("member.gone", "this account no longer exists")
    return found[1]
