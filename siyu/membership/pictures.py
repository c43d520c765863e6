"""Pictures of gifts: uploaded files, checked by their first bytes, kept under `SIYU_HOME/pictures` by the hash of what they hold."""

import re
from hashlib import blake2b
from pathlib import Path

from siyu.lib.home import home
from siyu.lib.refusal import Refusal

MAX_BYTES = 1_000_000
MAX_PICTURES = 5_000
_NAME = re.compile(r"[0-9a-f]{32}\.(jpg|png|webp)")
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def keep(content: bytes) -> str:
    """Keep a picture; returns its name. Refusals: `picture.size`, `picture.type`, `picture.too_many`."""
    if not 0 < len(content) <= MAX_BYTES:
        raise Refusal("picture.size", "a picture has at most %(limit)s bytes", limit=f"{MAX_BYTES:,}")
    name = f"{blake2b(content, digest_size=16).hexdigest()}.{_kind(content)}"
    folder = home() / "pictures"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if not path.exists():
        if sum(1 for _ in folder.iterdir()) >= MAX_PICTURES:
            raise Refusal("picture.too_many", "there are %(limit)s pictures already", limit=MAX_PICTURES)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(path)
    return name


def find(name: str) -> tuple[Path, str] | None:
    """The file of a picture and its type; None when there is none of this name."""
    if not _NAME.fullmatch(name):
        return None
    path = home() / "pictures" / name
    return (path, TYPES[name.rpartition(".")[2]]) if path.is_file() else None


def _kind(content: bytes) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    raise Refusal("picture.type", "a picture is a JPEG, PNG or WebP file")
