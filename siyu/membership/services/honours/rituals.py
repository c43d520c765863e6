"""What people decide about rituals, and that a member has seen a card."""

from datetime import datetime
from typing import Any

from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import check_all
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...models import Card, Ritual

OCCASIONS = ("joined", "first_order", "tier_up")
MAX_TITLE, MAX_WORDS = 60, 300


def set_ritual(
    by: Actor, occasion: str, title: str, words: str, rewards: list[dict[str, Any]], *, days: int = 7, is_on: bool = True, now: datetime
) -> None:
    """What is done on an occasion from now on; `%(years)s` and `%(tier)s` stand in title and words for what it is about.

    Refusals: `ritual.occasion`, `ritual.words`, `ritual.days`, and those of rewards.
    """
    if occasion not in OCCASIONS:
        raise Refusal("ritual.occasion", "an occasion is one of %(known)s", known=", ".join(OCCASIONS))
    if not 1 <= days <= 60:
        raise Refusal("ritual.days", "a card is shown for 1 to 60 days")
    _check_words(title, words)
    checked = check_all(rewards)
    with transaction.atomic():
        columns = {"title": title.strip(), "words": words.strip(), "rewards": checked, "days": days, "is_on": is_on}
        Ritual.objects.update_or_create(occasion=occasion, defaults=columns | {"changed_by": by.name, "changed_at": now})
        audit(by, "ritual.changed", f"ritual:{occasion}", columns, at=now)


def see_card(by: Actor, member_id: int, card_id: int, now: datetime) -> bool:
    """Note that a member saw a card; False when it was seen before, or is not theirs."""
    return Card.objects.filter(pk=card_id, owner_id=member_id, seen_at=None).update(seen_at=now) > 0


def _check_words(title: str, words: str) -> None:
    if not 1 <= len(title.strip()) <= MAX_TITLE or len(words) > MAX_WORDS:
        raise Refusal("ritual.words", "a title has 1 to 60 characters, the words at most 300")
    try:
        for text in (title, words):
            text % {"years": 1, "tier": ""}
    except (KeyError, ValueError, TypeError) as error:
        raise Refusal("ritual.words", "only %%(years)s and %%(tier)s can be filled in") from error
