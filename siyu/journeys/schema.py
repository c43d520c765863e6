"""The JSON schema of definitions, generated from the terms of steps and triggers."""

from typing import Any

import msgspec

from siyu.facts import filters

from .rules import Outline
from .rules.definition import Entry, Goal
from .steps import steps
from .triggers import triggers

_REF = "#/$defs/{name}"


def schema() -> dict[str, Any]:
    """What a definition may be; each step's and trigger's terms stand under `$defs`."""
    parts = {
        **{f"step_{kind}": one.Terms for kind, one in steps().items()},
        **{f"trigger_{kind}": one.Terms for kind, one in triggers().items()},
    }
    refs, definitions = msgspec.json.schema_components([Outline, Entry, Goal, *parts.values()], ref_template=_REF)
    text = msgspec.json.encode([refs, definitions]).decode()
    for name, terms in parts.items():
        long = f"{terms.__module__}.{terms.__name__}"
        text = text.replace(f'"{long}"', f'"{name}"').replace(f'/{long}"', f'/{name}"')
    refs, definitions = msgspec.json.decode(text)
    outline = definitions.pop("Outline")
    outline["properties"]["trigger"] = {"oneOf": [{"$ref": _REF.format(name=f"trigger_{kind}")} for kind in triggers()]}
    outline["properties"]["steps"]["additionalProperties"] = {"oneOf": [{"$ref": _REF.format(name=f"step_{kind}")} for kind in steps()]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **outline,
        "title": "Definition of a journey",
        "$defs": filters.described(definitions),
    }
