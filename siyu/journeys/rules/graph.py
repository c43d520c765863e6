"""The graph that steps and their ways make: who is reached, and where it goes in circles."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Ways = Callable[[Any], Iterable[str]]


def reached(first: str, steps: Mapping[str, Any]) -> set[str]:
    """The steps that somebody can come to."""
    found: set[str] = set()
    edge = {first} & steps.keys()
    while edge:
        found |= edge
        edge = {to for name in edge for to in steps[name].next.values() if to in steps} - found
    return found


def circles(steps: Mapping[str, Any], waits_on: Ways) -> list[str]:
    """Steps from which one comes back to them without having waited; `waits_on(terms)` names the ways that take time."""
    onward = {
        name: {to for way, to in terms.next.items() if to in steps and way not in set(waits_on(terms))} for name, terms in steps.items()
    }
    done: set[str] = set()
    found: list[str] = []
    for start in steps:
        if start not in done:
            _walk(start, onward, done, found)
    return found


def _walk(start: str, onward: Mapping[str, set[str]], done: set[str], found: list[str]) -> None:
    path: dict[str, None] = {start: None}
    stack = [iter(sorted(onward[start]))]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            done.add(path.popitem()[0])
        elif step in path:
            found.append(step)
        elif step not in done:
            path[step] = None
            stack.append(iter(sorted(onward[step])))
