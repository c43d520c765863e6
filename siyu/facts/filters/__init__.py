"""The property-filter language: one small JSON tree for counters, earn rules, triggers and goals.

`{}` lets everything pass; `{"all": […]}`, `{"any": […]}`, `{"not": …}` combine; a leaf is
`{"property": "lines.sku", "op": "eq", "value": "S1"}`. A dotted path walks objects, and lists element by element: a leaf
holds when any element does. `ne` and `not_in` are the opposites of `eq` and `in`, and so hold for what is absent.
Numbers are compared as decimals, also with decimals written as texts (`"19.90"`); texts by code point, upper and lower case apart.
"""

from .condition import to_sql
from .match import compile
from .tree import SCHEMA, FilterError, Where, canonical, check, described

__all__ = ["SCHEMA", "FilterError", "Where", "canonical", "check", "compile", "described", "to_sql"]
