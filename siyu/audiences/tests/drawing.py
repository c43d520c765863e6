"""Random values of a published JSON Schema, for tests: whatever it allows must be taken, or refused with a reason."""

from typing import Any

from hypothesis import strategies as st

TEXTS = (
    "page.viewed", "product.viewed", "cart.added", "order.paid", "price", "sku", "sku-1", "path", "plan", "score", "city", "birthday",
    "a", "上海", "2026-03-01", "2026-03-10T06:00:00Z", "2026-02-30", "10", "3.5", "true", "a.b", "user_id", "points", "silver", "web",
    "", "%", "'", '"', "\\", "🌸", "a\nb", "x" * 70,
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 7, 30, 365, -1, 2.5, 10_000, 2**31, 2**63, 10**20, 1e300)
DEEPEST = 5  # references that lead to themselves end here
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.sampled_from(TEXTS), st.sampled_from(NUMBERS)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(TEXTS), inner, max_size=3)),
    max_leaves=5,
)


def drawn(schema: dict[str, Any], root: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that a schema allows; `root` holds its `$defs`."""
    if "$ref" in schema:
        return st.deferred(lambda: drawn(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, depth + 1))
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        flat = [choice for choice in choices if "$ref" not in choice]
        return st.one_of([drawn(choice, root, depth + 1) for choice in (flat or choices[-1:] if depth > DEEPEST else choices)])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return st.one_of([drawn({**schema, "type": one}, root, depth) for one in kind])
    make = _MAKERS.get(kind)
    return make(schema, root, depth) if make else ANYTHING


def _text(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date":
        return st.dates().map(str)
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10**6)
    return st.sampled_from([text for text in TEXTS if shortest <= len(text) <= longest])


def _number(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    least, most = schema.get("minimum", -(10**400)), schema.get("maximum", 10**400)
    numbers = [number for number in (*NUMBERS, schema.get("minimum", 0), schema.get("maximum", 0)) if least <= number <= most]
    return st.sampled_from([number for number in numbers if schema["type"] == "number" or isinstance(number, int)])


def _list(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    shortest = schema.get("minItems", 0)
    return st.lists(drawn(schema.get("items", {}), root, depth + 1), min_size=shortest, max_size=max(shortest, 3))


def _object(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    properties = {name: drawn(part, root, depth + 1) for name, part in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    if not properties and isinstance(schema.get("additionalProperties"), dict):
        return st.dictionaries(st.sampled_from(("a", "b", "price")), drawn(schema["additionalProperties"], root, depth + 1), max_size=3)
    return st.fixed_dictionaries(
        {name: part for name, part in properties.items() if name in required},
        optional={name: part for name, part in properties.items() if name not in required},
    )


_MAKERS = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda schema, root, depth: st.booleans(),
    "null": lambda schema, root, depth: st.none(),
    "array": _list,
    "object": _object,
}
