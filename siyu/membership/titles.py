"""Words and colours of benefits and plans, as pages and the member's panel show them."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .benefits import KINDS

Words = str | Promise
FAMILIES: dict[str, tuple[Words, str]] = {
    "economic": (_("Economic benefits"), "green"),
    "service": (_("Service benefits"), "blue"),
    "identity": (_("Identity benefits"), "purple"),
}
STATES: dict[str, tuple[Words, str]] = {
    "": (_("No plan"), "secondary"),
    "trial": (_("On trial"), "cyan"),
    "active": (_("Running"), "green"),
    "cancelled": (_("Runs out"), "orange"),
    "grace": (_("In grace"), "yellow"),
    "ended": (_("Ended"), "secondary"),
}
PERS: dict[str, Words] = {
    "day": _("a day"),
    "week": _("a week"),
    "month": _("a month"),
    "quarter": _("a quarter"),
    "year": _("a year"),
    "tier": _("while in the tier"),
    "life": _("for ever"),
}
SOURCES: dict[str, Words] = {
    "tier": _("Tier"),
    "plan": _("Plan"),
    "tag": _("Tag"),
    "audience": _("Audience"),
    "hand": _("By hand"),
    "reward": _("Reward"),
    "trial": _("On trial"),
    "staff": _("Staff"),
    "api": _("Program"),
    "member": _("Member"),
    "fact": _("Shop"),
}
TERM_KINDS: dict[str, Words] = {
    "paid": _("Paid days"),
    "trial": _("On trial"),
    "kept": _("Kept at a refund"),
    "reversal": _("Paid back beyond what was left"),
}


def kind_title(code: str) -> str:
    """The title of a kind of benefit."""
    return gettext(KINDS[code].title) if code in KINDS else code
