"""The ways people are touched by: what each needs of a person and of a template. A channel says by its `MEDIUM` which of them it serves."""

from typing import NamedTuple

from siyu.lib.words import gettext_noop
from siyu.members.rules import channel_meant


class Medium(NamedTuple):
    """`handle`: the kind of handle by which it reaches people; "" where it needs none. `is_indoors`: nothing leaves the house."""

    title: str
    handle: str = ""
    is_indoors: bool = False
    asks_staff: bool = False  # staff confirm it: its place is kept, and counted when they do
    has_subject: bool = False
    carries_files: bool = False
    counts_clicks: bool = True


MEDIA: dict[str, Medium] = {
    "email": Medium(gettext_noop("E-mail message"), handle="email", has_subject=True, carries_files=True),
    "sms": Medium(gettext_noop("SMS"), handle="phone"),
    "inbox": Medium(gettext_noop("Member centre inbox"), is_indoors=True, has_subject=True, carries_files=True),
    "webhook": Medium(gettext_noop("Webhook"), counts_clicks=False),
    "task": Medium(gettext_noop("Staff task"), is_indoors=True, asks_staff=True, carries_files=True),
}
# where nothing more is needed of a person: not a handle, not an own assistant
ALWAYS = frozenset(name for name, medium in MEDIA.items() if not medium.handle and not medium.asks_staff)

ANY = "any"  # the channel of a consent that speaks of all


_SPEAKING = {name: (channel_meant(name), ANY) for name in MEDIA}


def speaking_of(channel: str) -> tuple[str, ...]:
    """The channels of consents that speak of a medium, or of a channel: the newest word of any of them holds."""
    return _SPEAKING.get(channel, (channel, ANY))
