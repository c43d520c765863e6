"""One-time codes: asked for, sent, guessed. Whether somebody is a member makes no difference here, so nothing tells it."""

import secrets
from datetime import datetime, timedelta
from importlib import import_module
from typing import cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from siyu.facts.rules import Handle
from siyu.lib.crypto import decrypt_text, encrypt_text, lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.lib.wired import table
from siyu.members.queries import handle_named
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import address_group

from .. import senders
from ..models import Code
from ..rules import ATTEMPTS, CODE_LIFE, DIGITS, PER_ADDRESS, PER_HANDLE, kind_of, new_code, seconds_to_wait

_sql = statements("siyu.portal", "portal")
_DAY = timedelta(days=1)


def ask_code(text: str, *, address: str, language: str, now: datetime) -> UUID:
    """Send a code to a phone or an e-mail address; returns the challenge that the browser keeps.

    The row is written before the limits are counted, so that many at once cannot pass them together; not inside a transaction.
    Refusals: `code.handle`, `code.no_sender`, `code.wait`, `code.not_sent`.
    """
    kind = kind_of(text)
    named = handle_named(kind, text.replace("＠", "@"))
    if named is None:
        raise Refusal("code.handle", "type a mobile number or an e-mail address")
    sender = _sender(kind, now)
    handle, hash_ = named
    digits, challenge = new_code(secrets.randbelow(10**DIGITS)), uuid4()
    code = Code.objects.create(
        challenge=challenge,
        handle=hash_,
        kind=kind,
        value=encrypt_text(handle.value),
        code_hash=_code_hash(challenge, digits),
        address_hash=lookup_hash("address", address_group(address)),
        asked_at=now,
        expires_at=now + CODE_LIFE,
    )
    _keep_limits(code, now)
    try:
        sender.send(senders.Message(challenge, kind, handle.value, digits, language, CODE_LIFE.seconds // 60))
    except Refusal:
        Code.objects.filter(pk=code.pk).update(expires_at=now)
        raise
    return challenge


def prove(challenge: UUID, typed: str, *, now: datetime) -> Handle:
    """The handle that a right code proves; the code is used up. Not inside a transaction: a wrong guess must count.

    Refusals: `code.wrong`, `code.expired` (too late, used, or guessed too often).
    """
    with connection.cursor() as cursor:
        cursor.execute(_sql.guess, {"challenge": challenge, "now": now, "most": ATTEMPTS})
        row = cursor.fetchone()
        if row is None:
            raise Refusal("code.expired", "this code no longer works; ask for a new one")
        if not secrets.compare_digest(row[0].bytes, _code_hash(challenge, "".join(typed.split())).bytes):
            raise Refusal("code.wrong", "the code is not right; look at the newest message")
        cursor.execute(_sql.use_code, {"challenge": challenge, "now": now})
        used = cursor.fetchone()
    if used is None:
        raise Refusal("code.expired", "this code no longer works; ask for a new one")
    return Handle(used[0], decrypt_text(used[1]))


def forget_codes(before: datetime) -> int:
    """Remove codes asked for before an instant; returns how many."""
    return Code.objects.filter(asked_at__lt=before).delete()[0]


def _keep_limits(code: Code, now: datetime) -> None:
    recent = Code.objects.filter(asked_at__gt=now - _DAY).exclude(pk=code.pk)
    of_handle = list(recent.filter(handle=code.handle).values_list("asked_at", flat=True)[:100])
    of_address = list(recent.filter(address_hash=code.address_hash).values_list("asked_at", flat=True)[:1000])
    seconds = max(seconds_to_wait(of_handle, PER_HANDLE, now), seconds_to_wait(of_address, PER_ADDRESS, now))
    if not seconds:
        return
    code.delete()  # waiting is not prolonged by asking again
    if seconds > 120:
        raise Refusal("code.wait", "too many codes were asked for; try again in %(minutes)s minutes", minutes=-(-seconds // 60))
    raise Refusal("code.wait", "a code is on its way; ask for another one in %(seconds)s seconds", seconds=seconds)


def _sender(kind: str, now: datetime) -> senders.Sender:
    """The module that takes codes to this kind of handle; where codes may be looked at, the developer's."""
    known: dict[str, str] = table("CODE_SENDERS")
    chosen = settings_book().value("portal.code_senders", today(now)).get(kind) or ("developer" if settings.DEVELOPER_CODES else "")
    if chosen not in known:
        raise Refusal("code.no_sender", "codes cannot be sent this way yet; ask us for a link")
    return cast(senders.Sender, import_module(known[chosen]))


def _code_hash(challenge: UUID, digits: str) -> UUID:
    return lookup_hash("one-time code", f"{challenge.hex} {digits[:20]}")
