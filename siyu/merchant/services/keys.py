"""Write keys (ingest) and API keys: shown once, kept as a hash."""

import secrets
from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, connection, transaction

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from ..models import Key
from ..rules import KEY_PREFIXES, PERMISSIONS_KNOWN, Actor, fits_name, key_hash
from .audit import audit

_sql = statements("siyu.merchant", "keys")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"  # without 0/O, 1/l/I: keys are read aloud and copied
_RANDOM = 32  # characters: 185 bits, so that a plain hash cannot be searched


def create_key(by: Actor, kind: str, name: str, scopes: Iterable[str] = (), source: str = "") -> str:
    """A new key of kind `write` or `api`, returned once and never again.

    The facts of a write key carry `source` (its name unless given). `scopes` are the permissions of an API key.
    Refusals: `key.kind`, `key.name`, `key.source`, `key.scope`, `key.name_taken`.
    """
    name, source, scopes = name.strip(), source.strip(), sorted(set(scopes))
    _check(kind, name, source, scopes)
    plain = KEY_PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    row = Key(kind=kind, name=name, hash=key_hash(plain), tail=plain[-4:], scopes=scopes, created_by=by.name, created_at=utc_now())
    row.source = (source or name) if kind == "write" else ""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit(by, "key.created", f"key:{row.pk}", {"kind": kind, "name": name, "source": row.source, "scopes": scopes})
    except IntegrityError as error:
        raise Refusal("key.name_taken", "there is already a key named %(name)s; revoked keys keep their name", name=name) from error
    return plain


def _check(kind: str, name: str, source: str, scopes: list[str]) -> None:
    if kind not in KEY_PREFIXES:
        raise Refusal("key.kind", "a key is one of %(known)s", known=", ".join(KEY_PREFIXES))
    for code, what, text in (("key.name", "name", name), ("key.source", "source", source or name)):
        if not fits_name(text):
            raise Refusal(code, f"the {what} of a key has 1 to 60 printable characters")
    if unknown := [scope for scope in scopes if scope not in PERMISSIONS_KNOWN]:
        raise Refusal("key.scope", "unknown scopes: %(scopes)s", scopes=", ".join(unknown))
    if scopes and kind == "write":
        raise Refusal("key.scope", "a write key may only send facts: it has no scopes")


def revoke_key(by: Actor, key_id: int) -> None:
    """End a key at once; repeating it changes nothing. Refusal: `key.unknown`."""
    with transaction.atomic():
        key = Key.objects.select_for_update().filter(pk=key_id).first()
        if key is None:
            raise Refusal("key.unknown", "there is no such key")
        if key.revoked_at is None:
            key.revoked_at = utc_now()
            key.save(update_fields=["revoked_at"])
            audit(by, "key.revoked", f"key:{key.pk}", {"kind": key.kind, "name": key.name})


def mark_key_used(key_id: int, day: date) -> None:
    """Remember the last day a key was used; at most one write a day."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.mark_used, {"key_id": key_id, "day": day})
