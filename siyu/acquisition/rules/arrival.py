"""Which facts are arrivals, and which channel each is owed to."""

from collections.abc import Iterable
from dataclasses import dataclass

from siyu.facts.catalogue import BY_NAME
from siyu.facts.rules import Fact

OTHER = "other"  # takes what names no channel, and what would be one automatic channel too many
AUTOMATIC_PREFIX = "utm:"
MAX_CODE = 100  # characters of a channel's code or an arrival's code
_UTM = ("utm_source", "utm_medium", "utm_campaign")
MARKS = frozenset(("channel", *_UTM))
_ELSEWISE = ("consent.",)  # facts whose `channel` means something else


@dataclass(frozen=True, slots=True)
class Claim:
    """What a fact says about where its person came from: a channel by name, or UTM values in lower case."""

    channel: str
    code: str
    source: str = ""
    medium: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """UTM values that mean a channel; an empty one matches anything."""

    channel: str  # its code
    source: str = ""
    medium: str = ""
    campaign: str = ""

    def takes(self, claim: Claim) -> bool:
        return (
            (not self.source or self.source.lower() == claim.source)
            and (not self.medium or self.medium.lower() == claim.medium)
            and (not self.campaign or self.campaign.lower() == claim.campaign)
        )


def claim_of(fact: Fact) -> Claim | None:
    """The claim of a fact that came from outside and carries `channel` or a UTM value; None for all others. UTM values give
    the campaign as code unless the fact carries one."""
    properties = fact.properties
    if MARKS.isdisjoint(properties) or fact.depth or fact.identity_id is None or fact.name.startswith(_ELSEWISE):
        return None
    if (known := BY_NAME.get(fact.name)) and known.is_derived:
        return None
    source, medium, campaign = (_text(properties.get(name)) for name in _UTM)
    channel = _text(properties.get("channel"))
    if not (channel or source or medium or campaign):
        return None
    code = (_text(properties.get("code")) or ("" if channel else campaign))[:MAX_CODE]
    return Claim(channel, code, source.lower(), medium.lower(), campaign.lower())


def channel_code(claim: Claim, matches: Iterable[Match]) -> str:
    """The code of the channel a claim is owed to: the one it names, else the first match, else one made of its source, else `other`."""
    if claim.channel:
        return claim.channel if is_valid_code(claim.channel) else OTHER
    for match in matches:
        if match.takes(claim):
            return match.channel
    made = AUTOMATIC_PREFIX + claim.source
    return made if claim.source and is_valid_code(made) else OTHER


def is_valid_code(code: str) -> bool:
    """A channel's code: up to 100 printable characters without blanks at its ends."""
    return 0 < len(code) <= MAX_CODE and code.isprintable() and code == code.strip()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
