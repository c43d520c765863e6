"""What a person is said to be: the newest value of a trait, compared as property filters compare."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.facts import filters
from siyu.facts.catalogue import PERSONAL_TRAITS
from siyu.facts.personal import is_personal
from siyu.lib.words import gettext_noop
from siyu.members.rules import TraitName

from ..asking import TRAITS, Asking, Sql, literal
from ..conditions import Because
from ..wording import filter_words

TITLE = _("Trait")
ENCRYPTED = gettext_noop("a personal trait is encrypted: only exists and absent can be asked")
Scalar = str | bool | int | float


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="trait"):
    """The newest value over all handles compares so. A dotted path looks into objects; of a list, any element will do.

    Of personal traits (phone, name, birthday …) only `exists` and `absent` can be asked: their values are encrypted.
    """

    trait: TraitName
    op: Annotated[
        Literal["eq", "ne", "gt", "gte", "lt", "lte", "between", "contains", "starts_with", "in", "not_in", "exists", "absent"],
        Meta(title="is"),
    ] = "eq"
    value: Annotated[Scalar | list[Scalar] | None, Meta(title="value")] = None
    to: Annotated[int | float | str | None, Meta(title="to")] = None

    def __post_init__(self) -> None:
        if self.trait.split(".")[0] in PERSONAL_TRAITS and self.op not in ("exists", "absent"):
            raise ValueError(ENCRYPTED)
        if (self.op == "between") != (self.to is not None):
            raise ValueError(gettext_noop("between takes value and to, anything else only value"))
        filters.check(self.tree)

    @property
    def tree(self) -> dict[str, Any]:
        """The same as a property filter."""
        leaf: dict[str, Any] = {"property": self.trait}
        if self.op == "between":
            return {"all": [{**leaf, "op": "gte", "value": self.value}, {**leaf, "op": "lte", "value": self.to}]}
        return {**leaf, "op": self.op} if self.value is None else {**leaf, "op": self.op, "value": self.value}


def flaw(terms: Terms) -> str:
    """What never holds: a range without an inside, and comparing what is a token because of its name."""
    if terms.op == "between" and not _is_range(terms.value, terms.to):
        return gettext_noop("between takes two numbers or two texts, the smaller one first")
    if terms.op not in ("exists", "absent") and not _is_of_booleans(terms.value) and is_personal(terms.trait.split(".")[-1]):
        return ENCRYPTED
    return ""


def _is_range(low: Any, high: Any) -> bool:
    return isinstance(low, str) is isinstance(high, str) and bool(low <= high)


def _is_of_booleans(value: Any) -> bool:
    """They are never personal."""
    return all(isinstance(each, bool) for each in (value if isinstance(value, list) else [value]))


def newest(ask: Asking, name: str, what: Sql = "r.value") -> Sql:
    """The newest value of a trait over a member's handles."""
    these = f"r.name = {literal(name)}"
    return ask.column(TRAITS, f"(array_agg({what} ORDER BY r.occurred_at DESC, r.message DESC) FILTER (WHERE {these}))[1]", name)


def sql(terms: Terms, ask: Asking) -> Sql:
    name = terms.trait.split(".")[0]
    value = newest(ask, name)
    said = f"SELECT jsonb_build_object({literal(name)}, {value}) AS properties"
    general = f"(SELECT {filters.to_sql(terms.tree).as_string(None)} FROM ({said}) said)"
    if name == terms.trait and terms.op in ("exists", "absent"):
        plain = f"coalesce(jsonb_typeof({value}), 'null') {'<>' if terms.op == 'exists' else '='} 'null'"
        return f"CASE WHEN jsonb_typeof({value}) = 'array' THEN {general} ELSE {plain} END"
    wanted = terms.value if isinstance(terms.value, list) else [terms.value]
    if terms.op not in ("eq", "in") or name != terms.trait or not all(isinstance(each, str) for each in wanted):
        return general
    texts = ", ".join(f"{literal(json.dumps(each))}::jsonb" for each in wanted)  # the usual case, three times as fast
    return f"CASE WHEN jsonb_typeof({value}) = 'array' THEN {general} ELSE {value} = ANY(ARRAY[{texts}]) END"


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("member.identified",)


def words(terms: Terms) -> str:
    return gettext("trait %(filter)s") % {"filter": filter_words(terms.tree)}


def why(terms: Terms, ask: Asking) -> Because:
    name = terms.trait.split(".")[0]

    def tell(value: str | None, at: Any) -> str:
        if value is None:
            return gettext("nothing was said")
        if value == "null":
            return gettext("it was cleared at %(at)s") % {"at": at}
        shown = gettext("a personal value") if value.startswith('"tok_') else value[:200]
        return gettext("it is %(value)s, said at %(at)s") % {"value": shown, "at": at}

    return Because((f"{newest(ask, name)}::text", newest(ask, name, "r.occurred_at")), tell)
