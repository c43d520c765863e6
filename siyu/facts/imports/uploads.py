"""A file that an operator brings by the page: kept in the home folder and looked at; `jobs` hands it to the worker."""

import os
import re
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext

from siyu.lib.home import home
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor

from .opening import open_table
from .options import Options, layout_of
from .table import Broken

MAX_BYTES = 200 * 1024 * 1024
MAX_KEPT = 50  # uploads at a time
KEPT_FOR = timedelta(days=1)  # an upload nobody started, or the account of one that ended
PREVIEW_ROWS = 8
SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".parquet", ".pq")
_KEY = re.compile(r"[0-9a-f]{32}")


class Account(msgspec.Struct):
    """What became of the rows; every row is in `destinations` or rejected."""

    import_id: int | None
    is_dry: bool
    is_repeat: bool
    rows: int
    facts: int
    known: int
    rejected: int
    destinations: dict[str, int]
    reasons: dict[str, int]
    sample: list[tuple[int, str, str]]
    notes: list[str]


class Upload(msgspec.Struct):
    """One upload: its options, and how far it is. `state`: kept · queued · running · done · failed."""

    key: str
    file_name: str
    by_id: int | None
    by_name: str
    uploaded_at: datetime
    options: Options
    language: str = "zh-hans"  # of the person, for what the worker has to say
    state: str = "kept"
    stage: str = ""  # look · read
    done: int = 0
    of: int | None = None
    because: str = ""
    account: Account | None = None

    @property
    def is_under_way(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.done // self.of) if self.of else None

    @property
    def path(self) -> Path:
        return _folder() / self.key / self.file_name

    @property
    def has_file(self) -> bool:
        return self.path.exists()


class Preview(msgspec.Struct):
    """The first look: columns, the field each was placed on, the first rows; `because` says what stands in the way."""

    columns: list[str]
    fields: dict[str, str]  # column → field
    rows: list[list[str]]
    format: str
    because: str = ""


def keep(name: str, chunks: Iterable[bytes], by: Actor, options: Options, now: datetime) -> Upload:
    """Keep a file. Refuses `upload.name`, `upload.large`, `upload.many`, `file.empty`."""
    clean = re.sub(r"[\x00-\x1f/\\:]+", "_", os.path.basename(name)).strip(". ")[-120:]
    if not clean.lower().endswith(SUFFIXES):
        raise Refusal("upload.name", "give a CSV, Excel or Parquet file")
    if len(list(_folder().iterdir())) >= MAX_KEPT:
        raise Refusal("upload.many", "too many uploads wait; finish or remove some first")
    upload = Upload(secrets.token_hex(16), clean, by.id, by.name, now, options, translation.get_language() or "zh-hans")
    folder = _folder() / upload.key
    folder.mkdir(mode=0o700)
    try:
        _write(upload.path, chunks)
        save(upload)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def find(key: str) -> Upload | None:
    """The upload of a key; None when it was removed, or never was."""
    try:
        return msgspec.json.decode((_folder() / key / ".state.json").read_bytes(), type=Upload) if _KEY.fullmatch(key) else None
    except FileNotFoundError:
        return None


def waiting() -> list[Upload]:
    """Uploads that are not through, newest first."""
    found = [upload for folder in islice(_folder().iterdir(), MAX_KEPT * 2) if (upload := find(folder.name)) is not None]
    return sorted((one for one in found if one.state != "done"), key=lambda one: one.uploaded_at, reverse=True)


def choose(upload: Upload, options: Options) -> None:
    """Remember how the file is to be read."""
    require_idle(upload)
    upload.options, upload.state, upload.because, upload.account = options, "kept", "", None
    save(upload)


def preview(upload: Upload) -> Preview:
    """The file's columns and first rows as the options read them."""
    options = upload.options
    try:
        kind = options.kind_of_file()
        table = open_table(upload.path, options.encoding, options.sheet)
    except Refusal as refusal:
        return Preview([], {}, [], "", refusal.told(gettext))
    rows = [list(_cells(row)) for row in islice(table.rows(), PREVIEW_ROWS)]
    shown = Preview(list(table.columns), {}, rows, f"{table.format} {table.encoding}".strip())
    try:
        shown.fields = {column: field for field, column in layout_of(options, kind, table).mapping.items()}
    except Refusal as refusal:
        shown.because = refusal.told(gettext)
    return shown


def remove(upload: Upload) -> None:
    """Forget an upload and its file."""
    require_idle(upload)
    shutil.rmtree(_folder() / upload.key, ignore_errors=True)


def forget(now: datetime) -> int:
    """Hourly: remove what nobody started within a day, and the accounts of what ended; returns how many."""
    old = [
        upload
        for folder in list(_folder().iterdir())
        if (upload := find(folder.name)) is not None and not upload.is_under_way and now - upload.uploaded_at > KEPT_FOR
    ]
    for upload in old:
        remove(upload)
    return len(old)


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    size = 0
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise Refusal("upload.large", "the file is larger than 200 MB; bring it in with `siyu import` on the server")
            file.write(chunk)
    if not size:
        raise Refusal("file.empty", "the file is empty")


def _cells(row: Any) -> Iterable[str]:
    return [f"{row.code}: {row.because}"] if isinstance(row, Broken) else ("" if cell is None else str(cell)[:80] for cell in row.cells)


def require_idle(upload: Upload) -> None:
    """Refuses `upload.busy` while the worker reads the file."""
    if upload.is_under_way:
        raise Refusal("upload.busy", "this file is being read; wait until it is through")


def save(upload: Upload) -> None:
    """Replaced in one step, so that a reader never meets half of it."""
    path = _folder() / upload.key / ".state.json"
    fresh = path.with_name(f".state.{os.getpid()}.new")
    fresh.write_bytes(msgspec.json.encode(upload))
    fresh.replace(path)


def _folder() -> Path:
    folder = home() / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
