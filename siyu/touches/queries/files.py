"""Reads of the files that go along with touches. Whose touch it is decides who may take them."""

import json
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from siyu.lib.sql import statements
from siyu.merchant.rules import Scope

from ..models import File, InboxMessage, StaffTask, Template
from ..rules.sending import Attachment

_sql = statements("siyu.touches", "tasks")


class FileView(NamedTuple):
    """A file as pages name it; `size` in bytes."""

    id: int
    name: str
    size: int


def files(ids: Iterable[int]) -> list[FileView]:
    """These files without their content, in the order asked for."""
    wanted = list(ids)
    found = {row.id: row for row in (FileView(*values) for values in File.objects.filter(pk__in=wanted).values_list("pk", "name", "size"))}
    return [found[number] for number in wanted if number in found]


def contents(templates: Iterable[int]) -> dict[int, tuple[Attachment, ...]]:
    """What goes along with templates, by their ids; those without files are left out."""
    listed = {pk: list(ids) for pk, ids in Template.objects.filter(pk__in=set(templates)).values_list("pk", "files") if ids}
    found = File.objects.in_bulk({number for ids in listed.values() for number in ids})
    read = {number: Attachment(file.name, file.media_type, bytes(file.content)) for number, file in found.items()}
    return {pk: tuple(read[number] for number in ids) for pk, ids in listed.items()}


def files_of_tasks(touches: Iterable[UUID]) -> dict[UUID, list[FileView]]:
    """The files of staff tasks, by touch; tasks without files are left out."""
    listed = dict(
        StaffTask.objects.filter(touch_id__in=list(touches))
        .exclude(touch__template__files=[])
        .values_list("touch_id", "touch__template__files")
    )
    found = {file.id: file for file in files({number for ids in listed.values() for number in ids})}
    return {touch: [found[number] for number in ids] for touch, ids in listed.items()}


def files_of_letter(member_id: int, touch_id: UUID) -> list[FileView]:
    """The files of a message in a member's inbox; none when it is not theirs."""
    own = InboxMessage.objects.filter(touch_id=touch_id, member_id=member_id)
    return files(own.values_list("touch__template__files", flat=True).first() or [])


def file_of_letter(member_id: int, touch_id: UUID, number: int) -> Attachment | None:
    """A file of a message in a member's inbox; None when the message is not theirs, or the file does not go along with it."""
    own = InboxMessage.objects.filter(touch_id=touch_id, member_id=member_id)
    return _one(own.values_list("touch__template__files", flat=True).first(), number)


def file_of_task(scope: Scope, touch_id: UUID, number: int) -> Attachment | None:
    """A file of a staff task of the scope."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.files, {"touch": touch_id, **scope.parameters()})
        row = cursor.fetchone()
    return _one(json.loads(row[0]) if row else None, number)


def file_of_template(code: str, number: int) -> Attachment | None:
    """A file of some version of a template."""
    listed = Template.objects.filter(code=code, files__contains=[number]).values_list("files", flat=True).first()
    return _one(listed, number)


def _one(listed: list[int] | None, number: int) -> Attachment | None:
    if number not in (listed or ()):
        return None
    file = File.objects.get(pk=number)
    return Attachment(file.name, file.media_type, bytes(file.content))
