"""The terms of a unit in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from siyu.lib.web import formats

from ...rules.terms import After, Inactivity, Never, YearEnd
from ...rules.units import Lost, Original, Terms

KINDS: dict[str, tuple[Any, str]] = {
    "points": (gettext_lazy("Points"), "blue"),
    "growth": (gettext_lazy("Growth value"), "green"),
    "stored": (gettext_lazy("Stored balance"), "purple"),
    "quota": (gettext_lazy("Uses of a benefit"), "teal"),
    "budget": (gettext_lazy("Budget of a campaign"), "secondary"),
}
REFUNDS = (
    ("only_pending", gettext_lazy("only what is still pending is taken back")),
    ("within_balance", gettext_lazy("what the member has is taken back")),
    ("debt", gettext_lazy("all is taken back; what is spent stays owed")),
    ("deduct_from_refund", gettext_lazy("what the member has is taken back, the rest comes off the refund")),
)
SPANS: dict[str, Any] = {
    "days": ngettext_lazy("%(count)s day", "%(count)s days", "count"),
    "weeks": ngettext_lazy("%(count)s week", "%(count)s weeks", "count"),
    "months": ngettext_lazy("%(count)s month", "%(count)s months", "count"),
    "years": ngettext_lazy("%(count)s year", "%(count)s years", "count"),
}
ENDS = (
    ("instant", gettext_lazy("the instant")),
    ("day", gettext_lazy("the day")),
    ("week", gettext_lazy("the week")),
    ("month", gettext_lazy("the month")),
    ("year", gettext_lazy("the year")),
)


def sentences(terms: Terms) -> list[str]:
    """What a unit's terms say, a sentence each."""
    said = [
        _("Validity: %(how)s") % {"how": validity(terms.expires)},
        _("When an order is refunded: %(how)s") % {"how": dict(REFUNDS)[terms.refunds]},
        _("What comes back after its end: %(how)s") % {"how": comes_back(terms)},
        _("May be sent to others") if terms.may_transfer else _("Cannot be sent to others"),
    ]
    if terms.refunds == "deduct_from_refund":
        worth = {"amount": formats.number(terms.worth.amount), "money": formats.money(terms.worth.minor)}
        said.append(_("%(amount)s are worth %(money)s off a refund") % worth)
    if terms.approve_above is None:
        said.append(_("Corrections need no second person"))
    else:
        said.append(_("Corrections above %(limit)s need a second person") % {"limit": formats.number(terms.approve_above)})
    if terms.may_owe:
        said.append(_("A correction may leave a debt"))
    return said


def validity(expires: Never | After | YearEnd | Inactivity) -> str:
    """How long value lasts."""
    if isinstance(expires, Never):
        return _("for ever")
    if isinstance(expires, YearEnd):
        return _("to the end of year %(number)s, which ends with month %(month)s") % {"number": expires.number, "month": expires.month}
    parts = [words % {"count": count} for name, words in SPANS.items() if (count := getattr(expires, name, 0))]
    span = " ".join(parts)
    if isinstance(expires, Inactivity):
        return _("%(span)s after the member last earned or spent") % {"span": span}
    if expires.until_start_of:
        return _("%(span)s, to the beginning of the last day") % {"span": span}
    return _("%(span)s, to the end of %(end)s") % {"span": span, "end": dict(ENDS)[expires.until_end_of]}


def comes_back(terms: Terms) -> str:
    """What happens to what was spent and returns after its lot expired."""
    if isinstance(terms.restores, Lost):
        return _("it is lost")
    if isinstance(terms.restores, Original):
        return _("it expires at once")
    return _("it may be used for %(days)s days more") % {"days": terms.restores.days}
