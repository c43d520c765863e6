"""Which column is which field: said by the operator or a preset, else guessed from headings that shops are known to use."""

import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from siyu.lib.refusal import Refusal

_IGNORED = str.maketrans("", "", " _-/\\:：()（）[]【】*#.·\t\n")
MAX_MAPPING_BYTES = 100_000
MAX_SHOWN = 600  # characters of a list of columns


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind of file: `headings` are what exports call it, in Chinese and English, best first."""

    name: str
    headings: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file, put to use: `of(cells)` gives fields by name."""

    columns: tuple[str, ...]
    places: tuple[tuple[str, int], ...]  # field, place of its column
    rest: tuple[tuple[str, int], ...]  # columns that no field took

    @property
    def mapping(self) -> dict[str, str]:
        return {field: self.columns[place] for field, place in self.places}

    def reader(self) -> Any:
        """A fast function from a row's cells to a dict of its fields."""
        names = [field for field, _place in self.places]
        if len(names) == 1:
            field, place = self.places[0]
            return lambda cells: {field: cells[place]}
        pick = itemgetter(*(place for _field, place in self.places))
        return lambda cells: dict(zip(names, pick(cells), strict=True))


def lay_out(columns: tuple[str, ...], fields: Iterable[Field], said: Mapping[str, str], open_prefix: str = "") -> Layout:
    """Place the fields of a kind on a file's columns: what was said first, then guesses for the rest.

    `open_prefix` (`trait.`) allows fields of any name behind it. Raises `mapping.field`, `mapping.column`.
    """
    known = {field.name: field for field in fields}
    places = {name: _place(columns, column, name) for name, column in said.items() if column}
    for name in said:
        if name not in known and not (open_prefix and name.startswith(open_prefix) and len(name) > len(open_prefix)):
            more = f" and {open_prefix}…" if open_prefix else ""
            raise Refusal("mapping.field", "there is no field %(name)s; there are %(fields)s", name=name, fields=", ".join(known) + more)
    taken = set(places.values())
    for field in known.values():
        if field.name not in said:
            found = _guess(columns, field, taken)
            if found is not None:
                places[field.name] = found
                taken.add(found)
    rest = tuple((column, place) for place, column in enumerate(columns) if place not in taken)
    return Layout(columns, tuple(places.items()), rest)


def _place(columns: tuple[str, ...], column: str, field: str) -> int:
    if column in columns:
        return columns.index(column)
    alike = [place for place, name in enumerate(columns) if normal(name) == normal(column)]
    if len(alike) != 1:
        raise Refusal(
            "mapping.column",
            "%(field)s: the file has no column %(column)s; it has %(columns)s",
            field=field,
            column=column,
            columns=", ".join(columns)[:MAX_SHOWN],
        )
    return alike[0]


def _guess(columns: tuple[str, ...], field: Field, taken: set[int]) -> int | None:
    wanted = [normal(field.name), *(normal(heading) for heading in field.headings)]
    names = {normal(name): place for place, name in reversed(list(enumerate(columns)))}
    return next((names[heading] for heading in wanted if heading in names and names[heading] not in taken), None)


def normal(heading: str) -> str:
    """A heading without what people vary: width, case, spaces, underscores, brackets."""
    return unicodedata.normalize("NFKC", heading).casefold().translate(_IGNORED)


def require(layout: Layout, choices: Iterable[tuple[str, ...]]) -> None:
    """Refuse a file in which a needed field has no column; each choice is a set of fields of which one is enough."""
    found = layout.mapping
    missing = [" or ".join(choice) for choice in choices if not any(set(one.split("+")) <= set(found) for one in choice)]
    if missing:
        raise Refusal(
            "mapping.missing",
            "no column for %(missing)s. The file has %(columns)s. Say which is which: --map field=Column,…",
            missing="; ".join(missing),
            columns=", ".join(layout.columns)[:MAX_SHOWN],
        )


def parse_pairs(said: str) -> dict[str, str]:
    """`order_number=Invoice,sku=StockCode` as a dict. An empty column (`phone=`) switches a guess off."""
    pairs: dict[str, str] = {}
    for part in said.split(","):
        field, sign, column = part.partition("=")
        if not part.strip():
            continue
        if not sign or not field.strip():
            raise Refusal("mapping.form", "%(part)s is not field=Column", part=part)
        pairs[field.strip()] = column.strip()
    return pairs


def read_mapping(path: Path) -> dict[str, str]:
    """A mapping from a JSON or TOML file: field → column."""
    try:
        written = path.read_bytes()
        if len(written) > MAX_MAPPING_BYTES:
            raise Refusal("mapping.form", "%(file)s is too large for a mapping", file=path.name)
        found = tomllib.loads(written.decode()) if path.suffix == ".toml" else json.loads(written)
    except OSError as error:
        raise Refusal("mapping.form", "%(file)s cannot be read: %(error)s", file=str(path), error=error.strerror) from error
    except ValueError as error:
        raise Refusal("mapping.form", "%(file)s is neither JSON nor TOML: %(error)s", file=path.name, error=str(error)) from error
    if not isinstance(found, dict) or not all(isinstance(field, str) and isinstance(column, str) for field, column in found.items()):
        raise Refusal("mapping.form", "%(file)s must hold one object of field: column", file=path.name)
    return found
