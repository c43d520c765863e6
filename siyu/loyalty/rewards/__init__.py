"""A reward is one noun: `{"kind": "points", "amount": 100}`. Whoever gives one calls `give`; each kind is one file, listed in wiring.

A kind's module has `check(terms) -> dict` (the terms as they will be kept; raises `Refusal`), `grant(by, rewards, now)` and
`words(terms) -> str`. A kind gives the same key once, however often it is asked.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.lib.wired import table
from siyu.loyalty.services import Because
from siyu.merchant.rules import Actor

from .reward import MAX_KEY, Reward, amount_of

__all__ = ["MAX_REWARDS", "Because", "Reward", "amount_of", "check", "check_all", "give", "kinds", "tells", "words", "words_of_all"]

MAX_REWARDS = 10  # of one step, gift or rank
MAX_SET = 100_000  # rewards of one call


def give(by: Actor, rewards: Sequence[Reward], now: datetime) -> None:
    """Give rewards to members, all or none of them, each key once.

    Refusals: `reward.kind`, `reward.terms`, `reward.key`, `reward.too_many`, and what the kind refuses.
    """
    if len(rewards) > MAX_SET:
        raise Refusal("reward.too_many", "at most %(limit)s rewards at a time", limit=MAX_SET)
    by_kind: dict[str, list[Reward]] = {}
    for reward in rewards:
        if not 0 < len(reward.key) <= MAX_KEY:
            raise Refusal("reward.key", "a reward's key has 1 to %(limit)s characters", limit=MAX_KEY)
        by_kind.setdefault(_kind(reward.terms), []).append(reward)
    with transaction.atomic():
        for kind in sorted(by_kind):
            _module(kind).grant(by, by_kind[kind], now)


def check(terms: Any) -> dict[str, Any]:
    """The terms of one reward as they will be kept. Refusals: `reward.kind`, `reward.terms`."""
    return _module(_kind(terms)).check(terms)


def check_all(rewards: Any) -> list[dict[str, Any]]:
    """A list of terms as it will be kept. Refusals: `reward.too_many`, `reward.kind`, `reward.terms`."""
    if not isinstance(rewards, list):
        raise Refusal("reward.terms", "rewards are a list")
    if len(rewards) > MAX_REWARDS:
        raise Refusal("reward.too_many", "at most %(limit)s rewards at a time", limit=MAX_REWARDS)
    return [check(terms) for terms in rewards]


def words(terms: dict[str, Any]) -> str:
    """What one reward is, in the reader's language: `100 points`."""
    return _module(_kind(terms)).words(terms)


def tells(terms: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The fact that tells of this reward, and what is known of its properties beforehand."""
    return _module(_kind(terms)).tells(terms)


def words_of_all(rewards: Sequence[dict[str, Any]]) -> str:
    """What several rewards are: `100 points + Hot water bottle`."""
    return " + ".join(words(terms) for terms in rewards)


def kinds() -> list[str]:
    """The kinds this installation knows, in the order of wiring."""
    return list(_wired())


def _kind(terms: Any) -> str:
    kind = terms.get("kind") if isinstance(terms, dict) else None
    if not isinstance(kind, str) or kind not in _wired():
        raise Refusal("reward.kind", "a reward is one of %(kinds)s", kinds=", ".join(_wired()))
    return kind


@lru_cache(maxsize=1)
def _wired() -> dict[str, str]:
    return table("REWARDS")


def _module(kind: str) -> Any:
    return import_module(_wired()[kind])
