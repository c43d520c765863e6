"""What members ask us to do with what we know of them: a copy to take along, and to be forgotten after a time to think again."""

import io
import json
import logging
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from procrastinate.contrib.django import app

from siyu.lib.crypto import decrypt, encrypt
from siyu.lib.home import home
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.queries import bearer
from siyu.members.services import copy_of, erase_member
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import audit

from ..models import Copy, Farewell

_sql = statements("siyu.portal", "portal")
log = logging.getLogger(__name__)
JOB = "siyu.portal.jobs.prepare_copy"
COPY_LIFE = timedelta(hours=24)
COPY_PAUSE = timedelta(hours=1)  # between two copies of one member: each reads every room
DUE_AT_ONCE = 100


def ask_copy(by: Actor, hash_: UUID, *, now: datetime) -> UUID:
    """Ask for a copy of everything known of a member; the worker prepares it. Refusal: `copy.wait`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.lock_copy, {"handle": hash_.hex})
        if Copy.objects.filter(handle=hash_, asked_at__gt=now - COPY_PAUSE).exclude(state="failed").exists():
            raise Refusal("copy.wait", "a copy was asked for within the last hour; take that one")
        copy = Copy.objects.create(key=uuid4(), handle=hash_, asked_at=now)
        audit(by, "member.copy_asked", f"member:{by.id}", at=now)
        app.configure_task(JOB, queue="jobs", queueing_lock=str(copy.key), allow_unknown=True).defer(key=str(copy.key))
    return copy.key


def prepare_copy(key: UUID, *, now: datetime) -> None:
    """Write a member's copy: a ZIP with one JSON file for each room, encrypted at rest. A copy that nobody waits for is left alone."""
    copy = Copy.objects.filter(key=key, state="waiting").first()
    found = bearer(copy.handle) if copy else None
    if copy is None or found is None:
        return
    try:
        packed = encrypt(_packed(copy_of(found[0]), now))
        _file(key).write_bytes(packed)
        _file(key).chmod(0o600)
    except Exception:
        Copy.objects.filter(pk=copy.pk).update(state="failed", expires_at=now + COPY_LIFE)
        raise
    Copy.objects.filter(pk=copy.pk).update(state="ready", ready_at=now, expires_at=now + COPY_LIFE, bytes=len(packed))


def open_copy(by: Actor, member_id: int, key: UUID, *, now: datetime) -> bytes:
    """The ZIP of a member's own copy, while its link holds. Refusal: `copy.gone`, whatever the reason."""
    copy = Copy.objects.filter(key=key, state="ready", expires_at__gt=now).first()
    with connection.cursor() as cursor:
        cursor.execute(_sql.copy_owner, {"key": key})
        row = cursor.fetchone()
    if copy is None or row is None or row[0] != member_id or not _file(key).exists():
        raise Refusal("copy.gone", "this copy is no longer kept; ask for a new one")
    audit(by, "member.copy_taken", f"member:{member_id}", at=now)
    return decrypt(_file(key).read_bytes())


def forget_copies(now: datetime) -> int:
    """Delete the files whose day has passed, and those that belong to no row; returns how many rows went."""
    gone = Copy.objects.filter(expires_at__lte=now)
    for key in list(gone.values_list("key", flat=True)):
        _file(key).unlink(missing_ok=True)
    known = {f"{key}.zip" for key in Copy.objects.values_list("key", flat=True)[:100_000]}
    for path in _folder().glob("*.zip"):
        is_old = datetime.fromtimestamp(path.stat().st_mtime, UTC) < now - COPY_LIFE
        if path.name not in known and is_old:
            path.unlink(missing_ok=True)
    return gone.delete()[0]


def drop_copy(key: UUID) -> None:
    """Remove the file of a copy."""
    _file(key).unlink(missing_ok=True)


def ask_farewell(by: Actor, hash_: UUID, *, now: datetime) -> datetime:
    """Note that a member wants to be forgotten; returns when that will be. A wish that is open already stands as it is."""
    days = settings_book().value("portal.cooling_off_days", today(now))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.lock_copy, {"handle": hash_.hex})
        cursor.execute(_sql.farewell, {"member": by.id})
        if row := cursor.fetchone():
            return row[2]
        wish = Farewell.objects.create(handle=hash_, asked_at=now, due_at=now + timedelta(days=days))
        audit(by, "member.farewell_asked", f"member:{by.id}", {"due": wish.due_at.isoformat()}, at=now)
    return wish.due_at


def withdraw_farewell(by: Actor, *, now: datetime) -> None:
    """A member stays. Refusal: `farewell.none`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.withdraw_farewells, {"member": by.id, "now": now})
        if not cursor.rowcount:
            raise Refusal("farewell.none", "there is no deletion to cancel")
        audit(by, "member.farewell_withdrawn", f"member:{by.id}", at=now)


def erase_due(now: datetime) -> int:
    """Forget everybody whose time to think again has passed, each in a transaction of their own; returns how many. One that fails
    waits for the next run, and keeps nobody else waiting."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.farewells_due, {"now": now, "limit": DUE_AT_ONCE})
        due = cursor.fetchall()
    erased = 0
    for number, member_id, asked_at in due:
        try:
            with transaction.atomic():
                if member_id is not None:
                    erase_member(SYSTEM, member_id, f"the member asked for it on {asked_at:%Y-%m-%d} and did not withdraw", now=now)
                Farewell.objects.filter(pk=number).update(done_at=now)
            erased += 1
        except Exception:
            log.exception("the erasure of farewell %s failed", number)
    return erased


def _packed(rooms: dict[str, Any], now: datetime) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for room, content in rooms.items():
            archive.writestr(f"{room}.json", json.dumps(_plain(content), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        archive.writestr("README.txt", f"Everything that is kept of you, one file for each part of the program. Made {now.isoformat()}.\n")
    return held.getvalue()


def _plain(value: Any) -> Any:
    """Rows of the rooms as JSON knows them."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, bytes | memoryview) else value


def _file(key: UUID) -> Path:
    return _folder() / f"{key}.zip"


def _folder() -> Path:
    folder = home() / "copies"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
