"""Reads of earn rules, as they were published."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from siyu.lib.sql import statements

from .asking import rows_of

_sql = statements("siyu.loyalty", "queries_rules")


@dataclass(frozen=True, slots=True)
class RuleView:
    """A version of an earn rule as it was published."""

    code: str
    version: int
    name: str
    definition: dict[str, Any]
    from_day: date
    until_day: date | None
    created_by: str
    created_at: datetime
    archived_at: datetime | None


def earn_rules() -> list[RuleView]:
    """Every version of every earn rule, the newest of each first."""
    rules = []
    for code, version, name, definition, *rest in rows_of(_sql.rules):
        rules.append(RuleView(code, version, name, json.loads(definition), *rest))
    return rules
