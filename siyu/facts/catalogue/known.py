"""What is said of a fact that we know."""

from dataclasses import dataclass, field

MINOR = "minor units of the currency"


@dataclass(frozen=True, slots=True)
class Property:
    """One property: JSON type (`string`, `integer`, `decimal`, `boolean`, `object`, `list`), unit, whether required, whether personal."""

    name: str
    type: str = "string"
    unit: str = ""
    is_required: bool = False
    is_personal: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One name: `title` in Chinese, `who` reports it, `segment` names that mean the same."""

    name: str
    title: str
    who: str
    properties: tuple[Property, ...] = ()
    segment: tuple[str, ...] = ()
    is_derived: bool = field(default=False)


def money(name: str, *, required: bool = False, help: str = "") -> Property:
    return Property(name, "integer", MINOR, required, help=help)
