"""The tree itself: what is one, its schema, and its canonical form."""

import json
import math
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from siyu.lib.texts import is_storable

MAX_DEPTH = 10
MAX_LEAVES = 200
MAX_VALUES = 1_000  # of `in`
MAX_TEXT = 1_000
MAX_PATH = 200
MAX_STEPS = 8
MAX_NUMBER = 10**30

ORDER = ("gt", "gte", "lt", "lte")
TEXT = ("contains", "starts_with")
LISTED = ("in", "not_in")
BARE = ("exists", "absent")  # take no value
OPS = ("eq", "ne", *ORDER, *LISTED, *TEXT, *BARE)

Tree = dict[str, Any]
Where = Annotated[Tree, Meta(title="where", extra_json_schema={"input": "filter"})]  # a filter among other terms

_SCALAR = {"type": ["string", "number", "boolean"]}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Property filter",
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "oneOf": [
                {"type": "object", "maxProperties": 0},
                *(
                    {
                        "type": "object",
                        "properties": {word: {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1}},
                        "required": [word],
                        "additionalProperties": False,
                    }
                    for word in ("all", "any")
                ),
                {
                    "type": "object",
                    "properties": {"not": {"$ref": "#/$defs/node"}},
                    "required": ["not"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {
                        "property": {"type": "string", "minLength": 1, "maxLength": MAX_PATH},
                        "op": {"enum": list(OPS)},
                        "value": {"oneOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1, "maxItems": MAX_VALUES}]},
                    },
                    "required": ["property", "op"],
                    "additionalProperties": False,
                },
            ]
        }
    },
}


def described(definitions: dict[str, Any]) -> dict[str, Any]:
    """Definitions of a JSON Schema whose terms hold filters (`Where`, or an `input` of that kind), with what those may be."""
    for definition in definitions.values():
        for part in definition.get("properties", {}).values():
            for form in (part, *part.get("anyOf", ())):
                if form.get("type") == "object" and form.get("input") == "filter":
                    form["$ref"] = "#/$defs/filter"
    node = json.dumps(SCHEMA["$defs"]["node"]).replace("#/$defs/node", "#/$defs/filter")
    return {"filter": json.loads(node), **definitions}


class FilterError(ValueError):
    """A tree that is no filter: `at` is the node (`all[1].not`), `because` what is wrong with it."""

    code = "filter.invalid"

    def __init__(self, at: str, because: str) -> None:
        super().__init__(f"{at or 'filter'}: {because}")
        self.at = at
        self.because = because


def check(tree: Any) -> None:
    """Raise `FilterError` unless `tree` is a filter within the limits."""
    if (leaves := _check(tree, "", 1)) > MAX_LEAVES:
        raise FilterError("", f"at most {MAX_LEAVES} conditions, these are {leaves}")


def _check(node: Any, at: str, depth: int) -> int:
    if not isinstance(node, dict):
        raise FilterError(at, "must be an object")
    if depth > MAX_DEPTH:
        raise FilterError(at, f"nested deeper than {MAX_DEPTH}")
    if not node:
        return 0
    if "property" in node or "op" in node:
        _check_leaf(node, at)
        return 1
    if len(node) != 1 or (word := next(iter(node))) not in ("all", "any", "not"):
        raise FilterError(at, "must be one of all, any, not, or a condition with property, op and value")
    inner = node[word]
    here = f"{at}.{word}".lstrip(".")
    if word == "not":
        return _check(inner, here, depth + 1)
    if not isinstance(inner, list) or not 1 <= len(inner) <= MAX_LEAVES:
        raise FilterError(here, f"must be a list of 1 to {MAX_LEAVES} filters")
    return sum(_check(child, f"{here}[{number}]", depth + 1) for number, child in enumerate(inner))


def _check_leaf(leaf: dict, at: str) -> None:
    if unknown := set(leaf) - {"property", "op", "value"}:
        raise FilterError(at, f"unknown: {', '.join(sorted(map(str, unknown)))}")
    _check_path(leaf.get("property"), at)
    op, value = leaf.get("op"), leaf.get("value")
    if op not in OPS:
        raise FilterError(at, f"op must be one of {', '.join(OPS)}")
    if op in BARE:
        if value is not None:
            raise FilterError(at, f"{op} takes no value")
    elif op in LISTED:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
            raise FilterError(at, f"{op} takes a list of 1 to {MAX_VALUES} values")
        for each in value:
            _check_value(each, at)
    else:
        _check_value(value, at)
        if op in TEXT and not isinstance(value, str):
            raise FilterError(at, f"{op} takes a text")
        if op in ORDER and isinstance(value, bool):
            raise FilterError(at, f"{op} takes a number or a text")


def _check_path(path: Any, at: str) -> None:
    if not isinstance(path, str) or not 1 <= len(path) <= MAX_PATH:
        raise FilterError(at, f"property must be a text of 1 to {MAX_PATH} characters")
    steps = path.split(".")
    if not all(steps) or len(steps) > MAX_STEPS:
        raise FilterError(at, f"property must be 1 to {MAX_STEPS} names with dots between them")
    _check_storable(path, at)


def _check_value(value: Any, at: str) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise FilterError(at, f"a text has at most {MAX_TEXT} characters")
        _check_storable(value, at)
    elif isinstance(value, bool):
        return
    elif not isinstance(value, (int, float)) or not math.isfinite(value) or abs(value) >= MAX_NUMBER:
        raise FilterError(at, "value must be a text, a number or true/false")


def _check_storable(text: str, at: str) -> None:
    if not is_storable(text):
        raise FilterError(at, "holds a character that no property can hold")


def canonical(tree: Tree) -> str:
    """One text for filters that say the same but for order, repetition, nesting of the same word, and how a number is written."""
    check(tree)
    return json.dumps(_canonical(tree), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _canonical(node: Tree) -> Tree:
    if not node:
        return {}
    if "property" in node:
        return _canonical_leaf(node)
    if "not" in node:
        inner = _canonical(node["not"])
        return inner.get("not", {"not": inner})
    word = next(iter(node))
    children = {json.dumps(child, sort_keys=True): child for each in node[word] for child in _spread(_canonical(each), word)}
    if len(children) == 1:
        return next(iter(children.values()))
    return {word: [children[key] for key in sorted(children)]}


def _spread(node: Tree, word: str) -> list[Tree]:
    return node.get(word, [node])


def _canonical_leaf(leaf: Tree) -> Tree:
    if leaf["op"] in BARE:
        return {"property": leaf["property"], "op": leaf["op"]}
    value = leaf["value"]
    if leaf["op"] in LISTED:
        by_text = {json.dumps(_plain(each)): _plain(each) for each in value}
        value = [by_text[key] for key in sorted(by_text)]
    return {"property": leaf["property"], "op": leaf["op"], "value": value if isinstance(value, list) else _plain(value)}


def _plain(value: Any) -> Any:
    """`100.0` and `1e2` are `100`; other numbers keep their shortest form."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def number_of(value: int | float) -> Decimal:
    """The decimal that a JSON number writes: `0.1` is one tenth, not the nearest binary fraction."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
