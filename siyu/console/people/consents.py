"""What a member agreed to: what holds now as the gate hears it, and every word behind it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext

from siyu.members.queries import ConsentSaid, ConsentView
from siyu.members.rules import WAYS
from siyu.touches.rules.gate import newest_word

from ..words import CONSENT_CHANNELS, PURPOSES, said


class Holding(NamedTuple):
    """What holds of a purpose on a channel, and the word that decides it."""

    purpose: str
    channel: str
    word: ConsentView


class Said(NamedTuple):
    """A word as the page tells it; `how` is the way in which staff were told, or the proof."""

    purpose: str
    channel: str
    word: ConsentSaid
    how: str


def holding(spoken: Sequence[ConsentView]) -> list[Holding]:
    """What holds of whatever was spoken of."""
    given = {(one.purpose, one.channel): one for one in spoken}
    found = [(purpose, channel, newest_word(given, purpose, channel)) for purpose, channel in given]
    return [Holding(said(PURPOSES, purpose), said(CONSENT_CHANNELS, channel), word) for purpose, channel, word in found if word]


def spoken(words: Sequence[ConsentSaid]) -> list[Said]:
    """Every word, as the page tells it."""
    return [
        Said(
            said(PURPOSES, one.purpose),
            said(CONSENT_CHANNELS, one.channel),
            one,
            gettext(WAYS[one.way]) if one.way in WAYS else one.proof,
        )
        for one in words
    ]
