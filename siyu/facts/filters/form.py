"""A property filter as boxes of a form: up to three tests that all hold; one of another form is shown as it is written."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.terms import Choices, Sent, Special, scalar, scalars, written

from .tree import BARE, LISTED, OPS, TEXT

MAX_TESTS = 3
WORDS: dict[str, Any] = {
    "eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "contains": _("contains"), "starts_with": _("begins with"),
    "in": _("is one of"), "not_in": _("is none of"), "exists": _("is known"), "absent": _("is not known"),
}  # fmt: skip
CHOICES: Choices = [(op, WORDS[op]) for op in OPS]


def parts(value: Mapping[str, Any] | None, name: str) -> dict[str, Any]:
    """What `facts/parts/filter.html` draws of a filter."""
    value = value or {}
    tests = value.get("all", [value] if value else [])
    is_simple = all(isinstance(test, dict) and "property" in test for test in tests) and len(tests) <= MAX_TESTS
    rows = [*tests, {}] if is_simple and len(tests) < MAX_TESTS else tests
    return {
        "rows": [_row(test, f"{name}:{place}") for place, test in enumerate(rows)] if is_simple else [],
        "json": "" if is_simple else msgspec.json.encode(value).decode(),
        "ops": CHOICES,
    }


def _row(test: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = test.get("value")
    shown = value if test.get("op") in TEXT else written(value)
    return {"name": name, "property": test.get("property", ""), "op": test.get("op", "eq"), "value": shown}


def read(sent: Sent, name: str) -> Any:
    """The filter that the boxes say."""
    if written := sent.get(f"{name}:json", "").strip():
        try:
            return msgspec.json.decode(written)
        except msgspec.DecodeError:
            return {"property": written}  # the check says what is wrong with it
    rows = [f"{name}:{place}" for place in range(MAX_TESTS)]
    tests = [_test(path, sent, row) for row in rows if (path := sent.get(f"{row}:property", "").strip())]
    return {} if not tests else tests[0] if len(tests) == 1 else {"all": tests}


def _test(path: str, sent: Sent, row: str) -> dict[str, Any]:
    op, value = sent.get(f"{row}:op", "eq"), sent.get(f"{row}:value", "").strip()
    if op in BARE:
        return {"property": path, "op": op}
    if op in LISTED:
        return {"property": path, "op": op, "value": scalars(value)}
    return {"property": path, "op": op, "value": value if op in TEXT else scalar(value)}


FILTER = Special("facts/parts/filter.html", parts, read, "filter")
