"""Opens a file by what it is (its first bytes, then its name), and knows it again by its hash."""

from codecs import BOM_UTF8
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from siyu.lib.refusal import Refusal

from .columnar import open_parquet
from .delimited import open_csv
from .sheets import open_sheet
from .table import Table

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Footprint:
    """A file at one moment: the hash of its content (blake2b, 128 bits), and what tells cheaply that it changed since."""

    hash: UUID
    bytes: int
    changed_ns: int

    def is_still(self, path: Path) -> bool:
        """Whether the file was left alone since."""
        now = path.stat()
        return (now.st_size, now.st_mtime_ns) == (self.bytes, self.changed_ns)


def footprint(path: Path) -> Footprint:
    """Read a file once for its hash. Refuses what is no file, cannot be read, or is empty."""
    try:
        if path.is_dir():
            raise Refusal("file.directory", "%(file)s is a folder; name one file", file=str(path))
        before = path.stat()
        digest = blake2b(digest_size=16)
        with open(path, "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError as error:
        raise Refusal("file.missing", "there is no file %(file)s", file=str(path)) from error
    except OSError as error:
        raise Refusal("file.unreadable", "%(file)s cannot be read: %(error)s", file=str(path), error=error.strerror) from error
    if not before.st_size:
        raise Refusal("file.empty", "%(file)s is empty", file=path.name)
    return Footprint(UUID(bytes=digest.digest()), before.st_size, before.st_mtime_ns)


def open_table(path: Path, encoding: str = "", sheet: str = "") -> Table:
    """The table in a file: CSV, Parquet or Excel, as its content is; many shops export text under the name of Excel."""
    with open(path, "rb") as file:
        start = file.read(8)
    suffix = path.suffix.lower()
    if start.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return open_parquet(path)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return open_sheet(path, sheet)
    if start.removeprefix(BOM_UTF8).lstrip()[:1] == b"<":
        raise Refusal(
            "file.format", "%(file)s is a web page or XML, whatever its name says; open it in Excel and save it as .xlsx", file=path.name
        )
    if start.startswith((b"\x1f\x8b", b"%PDF", b"Rar!", b"7z\xbc\xaf")):
        raise Refusal("file.format", "%(file)s is packed or no table; unpack it to CSV, Parquet or Excel", file=path.name)
    return open_csv(path, encoding)
