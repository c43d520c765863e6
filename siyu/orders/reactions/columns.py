"""Rows turned into the arrays that one statement unnests."""

from collections.abc import Iterable, Sequence
from typing import Any


def columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """`columns(("a", "b"), [(1, 2), (3, 4)])` → `{"a": [1, 3], "b": [2, 4]}`; empty lists for no rows."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return dict(zip(names, turned, strict=True)) if turned else {name: [] for name in names}
