"""Comparisons that conditions share: how a number, a text or a day stands to what a rule says."""

from typing import Annotated, Any, Literal

from django.utils.translation import gettext
from msgspec import Meta

from .asking import Asking, Sql, literal

NUMBER_OPS = ("eq", "ne", "gt", "gte", "lt", "lte", "between")
SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
SHOWN = {"eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}

NumberOp = Annotated[Literal["eq", "ne", "gt", "gte", "lt", "lte", "between"], Meta(title="is")]
Number = Annotated[int, Meta(ge=-(10**15), le=10**15)] | Annotated[float, Meta(ge=-1e15, le=1e15)]


def check_numbers(op: str, value: Any, to: Any) -> None:
    """`between` has an upper end, nothing else has. Raises `ValueError`."""
    if (op == "between") != (to is not None):
        raise ValueError("between takes value and to, anything else only value")
    if to is not None and to < value:
        raise ValueError("to must not be smaller than value")


def number_sql(op: str, number: Sql, value: float, to: float | None) -> Sql:
    """The comparison; a missing number compares to nothing (null)."""
    if op == "between":
        return f"({number} >= {_number(value)} AND {number} <= {_number(to or 0)})"
    return f"{number} {SIGNS[op]} {_number(value)}"


def _number(value: float) -> Sql:
    text = literal(repr(value)) + "::numeric"
    return text if isinstance(value, float) else literal(value)


def number_words(op: str, value: Any, to: Any) -> str:
    if op == "between":
        return gettext("between %(low)s and %(high)s") % {"low": value, "high": to}
    return f"{SHOWN[op]} {value}"


def days_turn(op: str, ask: Asking, day: Sql, value: int, to: int | None) -> Sql:
    """When the number of days since `day` next passes one that the comparison asks about, by time alone.

    Days since only grow: the answer can change on the days on which they become `value`, `value + 1`, `to + 1`.
    """
    marks = {
        "eq": (value, value + 1),
        "ne": (value, value + 1),
        "gt": (value + 1,),
        "gte": (value,),
        "lt": (value,),
        "lte": (value + 1,),
        "between": (value, (to or 0) + 1),
    }[op]
    cases = " ".join(f"WHEN {day} + {mark} > {ask.today} THEN {ask.midnight(f'({day} + {mark})')}" for mark in marks)
    return f"CASE {cases} END"
