"""Named SQL: every statement lives in a `.sql` file under `-- name:` with one line of prose, and is called by its name."""

import re
from importlib.resources import files
from types import SimpleNamespace
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


def statements(package: str, file: str) -> SimpleNamespace:
    """The statements of `sql/<file>.sql` in `package`, as attributes.

    >>> statements("siyu.members", "rollups").see_members
    """
    text = (files(package) / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return SimpleNamespace(**{name: cast(LiteralString, body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)})
