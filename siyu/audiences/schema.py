"""The JSON schema of rules, generated from the conditions' terms."""

from typing import Any

import msgspec

from siyu.facts import filters

from .conditions import kinds
from .rules import MAX_NODES

_REF = "#/$defs/{name}"
NODE = {"$ref": "#/$defs/node"}


def schema() -> dict[str, Any]:
    """What a rule may be: `all`, `any`, `not`, or one of the conditions."""
    refs, definitions = msgspec.json.schema_components(list(kinds().values()), ref_template=_REF)
    names = {f"{terms.__module__}.{terms.__name__}": kind for kind, terms in kinds().items()}
    text = msgspec.json.encode([refs, definitions]).decode()
    for long, kind in names.items():
        text = text.replace(f'"{long}"', f'"{kind}"').replace(f'/{long}"', f'/{kind}"')
    refs, definitions = msgspec.json.decode(text)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rule of an audience",
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {"oneOf": [{"type": "object", "maxProperties": 0}, *_groups(), *refs]},
            **filters.described(definitions),
        },
    }


def _groups() -> list[dict[str, Any]]:
    many = {"type": "array", "items": NODE, "minItems": 1, "maxItems": MAX_NODES}
    parts = {"all": many, "any": many, "not": NODE}
    return [
        {"type": "object", "properties": {word: part}, "required": [word], "additionalProperties": False} for word, part in parts.items()
    ]
