"""What the catalogue of facts cannot say about traits; the pump asks before a fact is taken in."""

from typing import Annotated, Any

from msgspec import Meta

from siyu.facts.rules import FactError

MAX_NAME = 200  # characters: as long as a rule may say it
TraitName = Annotated[
    str, Meta(min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00]+$", title="trait", extra_json_schema={"input": "trait"})
]


def check_traits(name: str, properties: dict[str, Any]) -> None:
    """Refuse names that no index holds. Code: `trait.name`."""
    for trait in properties.get("traits") or ():
        if len(trait) > MAX_NAME:
            raise FactError("trait.name", f"a trait's name has at most {MAX_NAME} characters, this one has {len(trait)}")
