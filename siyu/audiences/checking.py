"""Whether a rule may stand: its form, what it names, and that it does not lead back to itself."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from siyu.lib.refusal import Refusal
from siyu.lib.wired import wired
from siyu.lib.words import gettext_noop

from .compiling import expanded, named_audiences
from .conditions import flaw_of, kinds
from .evaluating.standing import dependents
from .models import Audience, List, Version
from .rules import RuleError, leaves, parsed
from .rules.tree import Node

MAX_AUDIENCES = 500


def coming_rules() -> dict[int, Node]:
    """The tree of every living audience: of the version to come, else of the one in force."""
    wanted = {one.pk: one.next_version or one.version for one in Audience.objects.filter(archived_at=None)}
    found = Version.objects.filter(audience_id__in=wanted).order_by("number")
    return {row.audience_id: parsed(row.rule, kinds()) for row in found if row.number == wanted[row.audience_id]}


def checked(rule: Any, *, audience_id: int = 0, tag: str = "") -> tuple[Node, Node]:
    """The tree of a rule, as written and with the audiences it names. Raises `RuleError` (`rule.invalid`)."""
    node = parsed(rule, kinds())
    rules = coming_rules()
    coming = {**rules, audience_id: node} if audience_id else rules
    whole = expanded(node, coming, (audience_id,) if audience_id else ())
    _refuse_what_dependents_cannot_take(coming, audience_id)
    known = (
        set(List.objects.filter(archived_at=None).values_list("pk", flat=True)) if any(x.kind == "listed" for x in leaves(node)) else set()
    )
    for leaf in leaves(node):
        if because := flaw_of(leaf.kind, leaf.terms):
            raise RuleError(leaf.at, "%(reason)s", reason=because)
        if leaf.kind == "listed" and leaf.terms.list not in known:
            raise RuleError(leaf.at, gettext_noop("there is no list %(number)s"), number=leaf.terms.list)
    _refuse_circles_of_tags({**rules, audience_id: node}, audience_id, tag)
    return node, whole


def standing_tree(rule: Any) -> Node:
    """The tree of a rule that stands already, with the audiences it names: what only its writing asks is not asked again."""
    return expanded(parsed(rule, kinds()), coming_rules())


def _refuse_what_dependents_cannot_take(rules: Mapping[int, Node], audience_id: int) -> None:
    """The audiences that name this one hold its rule, too, and may grow too large by it."""
    for number in sorted(dependents(rules, [audience_id])):
        try:
            expanded(rules[number], rules, (number,))
        except RuleError as error:
            words = gettext_noop("audience %(number)s names this one, and cannot take the rule: %(reason)s")
            raise RuleError("", words, number=number, reason=error.because) from error


def _refuse_circles_of_tags(rules: Mapping[int, Node], audience_id: int, tag: str) -> None:
    """An audience that is kept as a tag must not be judged by that tag, not even by way of others."""
    tags = {one.pk: one.tag for one in Audience.objects.filter(archived_at=None) if one.tag}
    tags.pop(audience_id, None)
    if tag:
        tags[audience_id] = tag
    if not tags:
        return
    by_tag: dict[str, set[int]] = {}
    for number, name in tags.items():
        by_tag.setdefault(name, set()).add(number)
    reads = {number: named_audiences(node) | _taggers(node, by_tag) for number, node in rules.items()}
    for start in tags:
        reached, edge = set(), set(reads.get(start, ()))
        while edge:
            if start in edge:
                raise Refusal("audience.circle", "the tag %(tag)s would decide about itself", tag=tags[start])
            reached |= edge
            edge = {more for number in edge for more in reads.get(number, ())} - reached


def _taggers(node: Node, by_tag: Mapping[str, set[int]]) -> set[int]:
    found: set[int] = set()
    for leaf in leaves(node):
        if leaf.kind == "tag":
            for name in leaf.terms.tags:
                found |= by_tag.get(name, set())
    return found


def refuse_when_named(audience_id: int, day: date) -> None:
    """Refuses with `audience.in_use` when another audience, or something above, names this one."""
    named = [number for number, node in coming_rules().items() if number != audience_id and audience_id in named_audiences(node)]
    if named:
        names = ", ".join(Audience.objects.filter(pk__in=named).values_list("name", flat=True)[:5])
        raise Refusal("audience.in_use", "other audiences name it: %(names)s", names=names)
    refuse_when_asked("audience", audience_id, day)


def refuse_when_naming_archived(rule: Any) -> None:
    """Refuses with `audience.names_archived` when a rule names audiences that are put away."""
    named = named_audiences(parsed(rule, kinds()))
    if away := list(Audience.objects.filter(pk__in=named).exclude(archived_at=None).values_list("name", flat=True)):
        words = gettext_noop("its rule names archived audiences, restore them first: %(names)s")
        raise Refusal("audience.names_archived", words, names=", ".join(away[:5]))


def refuse_when_asked(kind: str, number: int, day: date) -> None:
    """Refuses with `audience.in_use` or `list.in_use` when something above asks for this audience or list on a day or later
    (`wiring.NAMERS`)."""
    if names := [name for ask in wired("NAMERS") for name in ask(kind, number, day)]:
        raise Refusal(f"{kind}.in_use", "it is asked for by: %(names)s", names=", ".join(names[:5]))
