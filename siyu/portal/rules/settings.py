"""What the merchant decides about the member centre."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.merchant.rules import Setting

COOLING_OFF = (7, 15)


class Senders(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes codes where; nothing: nobody does."""

    phone: Annotated[str, Meta(title=gettext_noop("Sender to phones"))] = ""
    email: Annotated[str, Meta(title=gettext_noop("Sender to e-mail"))] = ""


def _cooling_off(value: Any) -> str | None:
    return None if value in COOLING_OFF else gettext_noop("7 or 15 days")


def _senders(value: Any) -> str | None:
    ok = set(value) <= {"phone", "email"} and all(isinstance(name, str) and name for name in value.values())
    return None if ok else gettext_noop('a sender for phone, email or both, such as {"phone": "sms"}')


def _text(value: Any) -> str | None:
    return None if len(value) <= 20_000 else gettext_noop("at most 20,000 characters")


SETTINGS = (
    Setting(
        "portal.code_senders",
        dict,
        {},
        "Senders of one-time codes",
        "Which sender takes codes to phones and to e-mail.",
        _senders,
        rows=Senders,
        most=1,
    ),
    Setting("portal.open_joining", bool, True, "Newcomers may join in the member centre"),
    Setting("portal.cooling_off_days", int, 15, "Days between a member's wish to be forgotten and the erasure", check=_cooling_off),
    Setting("portal.contact", str, "", "How members reach you", "Shown where somebody cannot sign in.", _text),
    Setting("portal.privacy_notice", str, "", "Privacy notice of the member centre", "Shown to newcomers before they agree.", _text),
)
