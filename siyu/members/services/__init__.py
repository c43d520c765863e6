"""The writers of people: what staff do to members, what members say of themselves, their card, their copy and their leaving."""

from ..locking import lock, lock_early
from .cards import CARD_SECONDS, PREFIX, card_code, read_card
from .carriers import Carrier, carrier, carriers
from .leaving import copy_of, erase_member
from .own import Choice, ConsentWord, describe, record_consent, record_consents
from .people import (
    assign_assistants,
    hold_rungs,
    merge_members,
    rung_news,
    sync_tag,
    tag,
    touch,
    undo_merge,
    untag,
)
from .saying import Kept, Saying, say

__all__ = [
    "CARD_SECONDS",
    "PREFIX",
    "Carrier",
    "Choice",
    "ConsentWord",
    "Kept",
    "Saying",
    "assign_assistants",
    "card_code",
    "carrier",
    "carriers",
    "copy_of",
    "describe",
    "erase_member",
    "hold_rungs",
    "lock",
    "lock_early",
    "merge_members",
    "read_card",
    "record_consent",
    "record_consents",
    "rung_news",
    "say",
    "sync_tag",
    "tag",
    "touch",
    "undo_merge",
    "untag",
]
