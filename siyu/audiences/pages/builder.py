"""The rule builder: a form whose every change is sent as a whole; the server adds, moves and takes out nodes. No state, no script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..conditions import conditions
from .fields import Input, inputs, terms

MAX_NODES = 60
FIRST = "did_fact"
Rule = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A node of a rule while it is being written: a group (`word`) or a condition (`kind`); `is_not` turns it round."""

    name: str  # of its inputs: n, n.0, n.0.2 …
    at: str = ""  # where the rule that it gives has it
    word: str = ""
    kind: str = ""
    is_not: bool = False
    told: Rule = field(default_factory=dict)
    nodes: list["Draft"] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return bool(self.word)

    @property
    def inputs(self) -> list[Input]:
        return inputs(self.kind, self.told, self.name)

    @property
    def depth(self) -> int:
        return self.name.count(".")


def from_rule(rule: Rule, name: str = "n", is_not: bool = False) -> Draft:
    """A rule as a draft: `not` becomes a mark of the node inside."""
    if "not" in rule:
        return from_rule(rule["not"], name, not is_not)
    if "condition" in rule:
        draft = Draft(name, kind=rule["condition"], is_not=is_not, told=rule)
        return Draft("n", word="all", nodes=[from_rule(rule, "n.0", is_not)]) if name == "n" else draft
    word = "any" if "any" in rule else "all"
    nodes = [from_rule(each, f"{name}.{place}") for place, each in enumerate(rule.get(word, []))]
    return Draft(name, word=word, is_not=is_not, nodes=nodes)


def to_rule(draft: Draft, at: str = "") -> Rule:
    """The rule of a draft; each node remembers where it is, for the words of a refusal."""
    inner_at = f"{at}.not".lstrip(".") if draft.is_not else at
    draft.at = inner_at
    if not draft.is_group:
        rule = draft.told
    else:
        here = f"{inner_at}.{draft.word}".lstrip(".")
        nodes = [to_rule(each, f"{here}[{place}]") for place, each in enumerate(draft.nodes)]
        rule = {draft.word: nodes} if nodes else {}
    return {"not": rule} if draft.is_not else rule


def from_form(sent: Any, name: str = "n") -> Draft:
    """The draft that a form says."""
    numbers = sorted(
        {
            int(rest.split(".")[0].split(":")[0])
            for key in sent
            if key.startswith(f"{name}.") and (rest := key[len(name) + 1 :])[:1].isdigit()
        }
    )
    if sent.get(f"{name}:word"):
        nodes = [from_form(sent, f"{name}.{number}") for number in numbers[:MAX_NODES]]
        word = "any" if sent[f"{name}:word"] == "any" else "all"
        return Draft(name, word=word, is_not=bool(sent.get(f"{name}:not")), nodes=nodes)
    kind = sent.get(f"{name}:kind", FIRST)
    kind = kind if kind in conditions() else FIRST
    if sent.get(f"{name}:was", kind) != kind:  # another kind was chosen: its terms begin anew
        return Draft(name, kind=kind, is_not=bool(sent.get(f"{name}:not")), told={"condition": kind})
    return Draft(name, kind=kind, is_not=bool(sent.get(f"{name}:not")), told=terms(kind, sent, name))


def acted(draft: Draft, act: str) -> Draft:
    """A draft after a button was pressed: `add:n.1`, `group:n`, `remove:n.0`."""
    verb, _, name = act.partition(":")
    if verb == "remove":
        _remove(draft, name)
    elif (group := _find(draft, name)) is not None and group.is_group and _count(draft) < MAX_NODES:
        if verb == "add":
            group.nodes.append(Draft("", kind=FIRST, told={"condition": FIRST}))
        elif verb == "group" and group.depth < 5:
            group.nodes.append(Draft("", word="any", nodes=[Draft("", kind=FIRST, told={"condition": FIRST})]))
    _rename(draft, "n")
    return draft


def _find(draft: Draft, name: str) -> Draft | None:
    return draft if draft.name == name else next((found for each in draft.nodes if (found := _find(each, name))), None)


def _remove(draft: Draft, name: str) -> None:
    draft.nodes = [each for each in draft.nodes if each.name != name]
    for each in draft.nodes:
        _remove(each, name)


def _count(draft: Draft) -> int:
    return 1 + sum(_count(each) for each in draft.nodes)


def _rename(draft: Draft, name: str) -> None:
    draft.name = name
    for place, each in enumerate(draft.nodes):
        _rename(each, f"{name}.{place}")


def faults(draft: Draft, at: str, reason: str) -> Mapping[str, str]:
    """The name of the node that a refusal names → why."""
    found = _at(draft, at)
    return {found.name if found else "n": reason}


def kind_at(draft: Draft, at: str) -> str:
    """The kind of the condition that a refusal names; nothing for a group."""
    found = _at(draft, at)
    return found.kind if found else ""


def _at(draft: Draft, at: str) -> Draft | None:
    if draft.at == at:
        return draft
    return next((found for each in draft.nodes if (found := _at(each, at))), None)
