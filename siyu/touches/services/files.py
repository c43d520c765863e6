"""Files that go along with touches: kept once, whoever sends them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor

from ..models import File
from ..rules.files import MAX_ALL, MAX_FILES, Upload, media_type_of
from ..rules.media import MEDIA


def keep_files(by: Actor, medium: str, known: Sequence[int], uploads: Sequence[Upload], *, now: datetime) -> list[int]:
    """The ids of a template's files: some that are kept already, then new ones. Part of the caller's transaction.

    Refusals: `template.files` (too many, too large together, or the medium carries none), `file.unknown`, and those of
    `rules.files.media_type_of`.
    """
    if not known and not uploads:
        return []
    if not MEDIA[medium].carries_files:
        raise Refusal("template.files", "%(medium)s carries no files; link to them in the text", medium=medium)
    kinds = [media_type_of(upload) for upload in uploads]
    sizes = dict(File.objects.filter(pk__in=list(known)[: MAX_FILES + 1]).values_list("pk", "size"))
    if missing := [number for number in known if number not in sizes]:
        raise Refusal("file.unknown", "there is no file %(number)s", number=missing[0])
    if len(known) + len(uploads) > MAX_FILES or sum(sizes.values()) + sum(len(upload.content) for upload in uploads) > MAX_ALL:
        raise Refusal("template.files", "at most %(count)s files go along, of %(size)s MB together", count=MAX_FILES, size=MAX_ALL >> 20)
    kept = [_keep(by, upload, media_type, now) for upload, media_type in zip(uploads, kinds, strict=True)]
    return list(dict.fromkeys([*known, *kept]))


def _keep(by: Actor, upload: Upload, media_type: str, now: datetime) -> int:
    row, _made = File.objects.get_or_create(
        digest=sha256(upload.content).hexdigest(),
        name=upload.name.strip(),
        defaults={
            "media_type": media_type,
            "size": len(upload.content),
            "content": upload.content,
            "created_by": by.name,
            "created_at": now,
        },
    )
    return row.pk
