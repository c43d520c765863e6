"""Files that go along with a touch: which kinds, how large, and whether the bytes are what the name says."""

import re
from typing import NamedTuple

from siyu.lib.refusal import Refusal

MAX_FILE, MAX_FILES, MAX_ALL = 5 << 20, 5, 10 << 20  # bytes of one, how many, bytes of all: mail servers refuse more than 10 MB
_ZIP = (b"PK\x03\x04",)
# ending → media type, how such a file begins; nothing that a browser or an office program would run
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", (b"RIFF",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    "ics": ("text/calendar", (b"BEGIN:VCALENDAR",)),
    "csv": ("text/csv", ()),
    "txt": ("text/plain", ()),
}
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,120}")


class Upload(NamedTuple):
    """A file as somebody gave it."""

    name: str
    content: bytes


def media_type_of(upload: Upload) -> str:
    """The media type of a file that may go along. Refusals: `file.name`, `file.kind`, `file.size`, `file.content`."""
    name = upload.name.strip()
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise Refusal("file.name", "a file's name has 1 to 120 characters, none of / \\ : * ? \" < > |")
    known = KINDS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if known is None:
        raise Refusal("file.kind", "%(name)s: only files ending in %(kinds)s go along", name=name, kinds=", ".join(KINDS))
    if not 0 < len(upload.content) <= MAX_FILE:
        raise Refusal("file.size", "%(name)s: a file has 1 byte to %(limit)s MB", name=name, limit=MAX_FILE >> 20)
    media_type, beginnings = known
    if (beginnings and not upload.content.startswith(beginnings)) or (not beginnings and b"\0" in upload.content):
        raise Refusal("file.content", "%(name)s does not hold what its name says", name=name)
    return media_type
