"""What people agree to, how they told somebody of ours, and when they said so."""

from datetime import UTC, datetime

from siyu.lib.words import gettext_noop

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # of a yes of which nobody knows the day: any no is newer
PURPOSES = ("marketing", "service", "personalisation")
CHANNELS = ("any", "inbox", "wecom", "sms", "email", "phone")
WAYS: dict[str, str] = {  # how a person told somebody of ours
    "store": gettext_noop("In the store"),
    "phone": gettext_noop("By telephone"),
    "paper": gettext_noop("On paper"),
    "chat": gettext_noop("In a chat"),
    "other": gettext_noop("In another way"),
}
MAX_NOTE = 500  # characters
