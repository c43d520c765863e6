"""What people agree to, how they told somebody of ours, and when they said so."""

from datetime import UTC, datetime

from siyu.lib.words import gettext_noop

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # of a yes of which nobody knows the day: any no is newer
PURPOSES = ("marketing", "service", "personalisation")
CHANNELS = ("any", "inbox", "wecom", "sms", "email", "phone", "webhook")
WAYS: dict[str, str] = {  # how a person told somebody of ours
    "store": gettext_noop("In the store"),
    "phone": gettext_noop("By telephone"),
    "paper": gettext_noop("On paper"),
    "chat": gettext_noop("In a chat"),
    "other": gettext_noop("In another way"),
}
MAX_NOTE = 500  # characters
_MEANT = {"": "any", "task": "wecom"}  # whoever is asked by a staff task writes there


def normal_word(word: str) -> str:
    """`SMS ` is sms: who withdraws must be heard, however the sender writes it."""
    return word.strip().lower()


def channel_meant(word: str) -> str:
    """The channel of which a word about consent speaks, by whatever name; words are kept and asked for by it alone."""
    return _MEANT.get(normal_word(word), normal_word(word))
