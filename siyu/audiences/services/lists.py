"""Lists by upload: handles or member numbers, one a line; found by keyed hash, every line that is not taken is reported."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.lib.words import gettext_noop
from siyu.members.rules import Policy, policy_of
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..checking import refuse_when_asked
from ..models import Audience, List, Listed

MAX_LINES = 1_000_000
MAX_LINE = 1_000  # characters
PART = 5_000
MAX_NAME = 100
COLUMNS = re.compile(r"[,;\t]")  # what spreadsheets write between them, each in its own country
MEMBER = "member"  # the column holds members' public ids
_sql = statements("siyu.audiences", "services")


class Rejected(NamedTuple):
    """A line that was not taken: its number in the file, what stands in it, and why."""

    line: int
    text: str
    because: str


class Uploaded(NamedTuple):
    """What became of a file: lines taken, members on the list now, and every line that was not taken."""

    list_id: int
    taken: int
    members: int
    rejected: list[Rejected]


def upload(by: Actor, name: str, kind: str, lines: Iterable[str], *, now: datetime, list_id: int | None = None) -> Uploaded:
    """Put handles of a kind (`phone`, `card` …, or `member` for member numbers) on a new list, or on one that is there.

    Only the first column counts. Refusals: `list.name`, `handle.kind`, `list.unknown`, `list.too_long`, `list.empty`.
    """
    policy = policy_of(settings_book(), date.max)
    if kind != MEMBER:
        policy.check_kind(kind)
    with transaction.atomic():
        target = _list(by, name, now, list_id)
        rejected: list[Rejected] = []
        numbered = enumerate(lines, 1)
        read = taken = 0
        while part := list(islice(numbered, PART)):
            read += len(part)
            if read > MAX_LINES:
                raise Refusal("list.too_long", "a file has at most %(limit)s lines", limit=f"{MAX_LINES:,}")
            taken += _put(target, kind, part, policy, rejected)
        if not taken and list_id is None:
            raise Refusal("list.empty", "no line of the file names a member: %(because)s", because=_first(rejected))
        List.objects.filter(pk=target.pk).update(lines=target.lines + taken)
        members = Listed.objects.filter(list=target).values("identity__member_id").distinct().count()
        _ask_anew(target.pk)
        audit(by, "list.uploaded", f"list:{target.pk}", {"name": target.name, "kind": kind, "taken": taken, "rejected": len(rejected)})
    return Uploaded(target.pk, taken, members, rejected)


def archive_list(by: Actor, list_id: int, *, now: datetime) -> None:
    """Put a list away; it must not be in use. Refusals: `list.unknown`, `list.in_use`."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = _living(list_id)
        cursor.execute(_sql.listed_audiences, {"list": list_id})
        if users := [row[0] for row in cursor.fetchall()]:
            names = ", ".join(Audience.objects.filter(pk__in=users).values_list("name", flat=True)[:5])
            raise Refusal("list.in_use", "audiences name it: %(names)s", names=names)
        refuse_when_asked("list", found.pk, today(now))
        Listed.objects.filter(list=found).delete()
        List.objects.filter(pk=found.pk).update(archived_at=now)
        audit(by, "list.archived", f"list:{found.pk}", {"name": found.name})


def _list(by: Actor, name: str, now: datetime, list_id: int | None) -> List:
    if list_id is not None:
        return _living(list_id)
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\x00" in name:
        raise Refusal("list.name", "a list's name has 1 to %(limit)s characters", limit=MAX_NAME)
    return List.objects.create(name=name, created_by=by.name, created_at=now)


def _living(list_id: int) -> List:
    found = List.objects.filter(pk=list_id, archived_at=None).first()
    if found is None:
        raise Refusal("list.unknown", "there is no such list, or it is archived")
    return found


def _put(target: List, kind: str, part: Sequence[tuple[int, str]], policy: Policy, rejected: list[Rejected]) -> int:
    named: dict[UUID | str, list[tuple[int, str]]] = {}
    for number, line in part:
        text = COLUMNS.split(line.lstrip("\ufeff"), 1)[0].strip().strip('"').strip()
        if not text or len(line) > MAX_LINE:
            if line.strip():
                rejected.append(Rejected(number, line[:60], gettext_noop("the line is too long, or its first column is empty")))
            continue
        normal = text if kind == MEMBER else policy.normal(kind, text)
        if normal is None or "\x00" in normal:
            rejected.append(Rejected(number, text[:60], gettext_noop("this is no value of that kind")))
            continue
        named.setdefault(normal if kind == MEMBER else lookup_hash(kind, normal), []).append((number, text))
    found = _find(kind, list(named))
    taken = 0
    for key, its in named.items():
        if key in found:
            taken += len(its)
        else:
            rejected += [Rejected(number, text[:60], gettext_noop("no member has it")) for number, text in its]
    with connection.cursor() as cursor:
        cursor.execute(_sql.put_on_list, {"list": target.pk, "handles": array(found.values())})
    return taken


def _find(kind: str, keys: Sequence[UUID | str]) -> dict[UUID | str, int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        if kind == MEMBER:
            cursor.execute(_sql.find_public, {"ids": list(keys)})
        else:
            cursor.execute(_sql.find_handles, {"hashes": array(keys)})  # type: ignore[arg-type]
        return {key: handle for key, handle, _member in cursor.fetchall()}


def _first(rejected: Sequence[Rejected]) -> str:
    return rejected[0].because if rejected else gettext_noop("it is empty")


def _ask_anew(list_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_sql.listed_audiences, {"list": list_id})
        cursor.execute(_sql.ask_anew, {"audiences": array(row[0] for row in cursor.fetchall())})
