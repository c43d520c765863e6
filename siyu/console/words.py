"""What places on the three clocks, steps of the funnel and jobs are called on screen: code → (words, colour)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = dict[str, tuple[Promise, str]]

POOL_STAGES: Words = {
    "silent": (pgettext_lazy("pool stage", "Silent"), "azure"),
    "growing": (pgettext_lazy("pool stage", "Growing"), "green"),
    "active": (pgettext_lazy("pool stage", "Active"), "blue"),
    "declining": (pgettext_lazy("pool stage", "Declining"), "orange"),
}
ACTIVITIES: Words = {
    "active": (pgettext_lazy("purchase activity", "Active"), "green"),
    "drowsy": (pgettext_lazy("purchase activity", "Drowsy"), "yellow"),
    "lost": (pgettext_lazy("purchase activity", "Lost"), "red"),
}
RUNGS: Words = {
    "stranger": (pgettext_lazy("ladder", "Stranger"), "secondary"),
    "follower": (pgettext_lazy("ladder", "Follower"), "azure"),
    "friend": (pgettext_lazy("ladder", "Friend"), "cyan"),
    "group_member": (pgettext_lazy("ladder", "Group member"), "teal"),
    "buyer": (pgettext_lazy("ladder", "Buyer"), "green"),
    "repeat_buyer": (pgettext_lazy("ladder", "Repeat buyer"), "lime"),
    "member": (pgettext_lazy("ladder", "Member"), "purple"),
    "super_member": (pgettext_lazy("ladder", "Super member"), "pink"),
}
ORDER_STATUSES: Words = {
    "created": (_("Unpaid"), "secondary"),
    "paid": (_("Paid"), "blue"),
    "shipped": (_("Shipped"), "cyan"),
    "received": (_("Received"), "green"),
    "closed": (_("Closed"), "red"),
}
TRAITS: dict[str, Promise] = {
    "name": _("Name"),
    "nickname": _("Nickname"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "birthday": _("Date of birth"),
    "birthday_month_day": _("Birthday"),
    "gender": _("Gender"),
    "city": _("City"),
    "address": _("Address"),
    "age": _("Age"),
    "income": _("Income"),
    "home_ownership": _("Home ownership"),
    "marital_status": _("Marital status"),
    "household_size": _("Household size"),
    "household_composition": _("Household"),
    "kids": _("Number of children"),
    "age_band": _("Age"),
    "income_band": _("Income"),
}
PURPOSES: dict[str, Promise] = {
    "marketing": pgettext_lazy("consent", "Marketing"),
    "service": pgettext_lazy("consent", "Service"),
    "personalisation": pgettext_lazy("consent", "Personal recommendation"),
}
CONSENT_CHANNELS: dict[str, Promise] = {
    "sms": _("SMS"),
    "email": _("E-mail"),
    "wecom": _("WeCom"),
    "phone": _("Phone"),
    "inbox": _("Member centre inbox"),
    "webhook": _("Other apps (webhook)"),
    "any": pgettext_lazy("consent", "Any channel"),
}
PROOFS: dict[str, Promise] = {
    "identify": _("an app that knows who is signed in"),
    "alias": _("an app that gives a person another name"),
    "shop": _("the shop"),
    "form": _("a form that the person filled in"),
    "import": _("a file"),
    "staff": _("a colleague"),
}
FUNNEL: dict[str, Promise] = {
    "first_seen": _("First seen"),
    "identified": _("Identified"),
    "first_purchase": _("First purchase"),
    "repurchase": _("Repurchase"),
}


def title(words: Words, code: str) -> str:
    """The words of a code; a code of a newer version shows as it is."""
    return str(words[code][0]) if code in words else code


def said(words: Mapping[str, Promise], code: str) -> str:
    """The words of a code that has no colour; an unknown one shows as it is."""
    return str(words[code]) if code in words else code


REDEMPTION_STATES: Words = {
    "waiting": (_("To be shipped"), "orange"),
    "ready": (_("Ready to be picked up"), "blue"),
    "shipped": (_("Shipped"), "cyan"),
    "received": (_("Received"), "green"),
    "handed": (_("Handed over"), "green"),
    "cancelled": (_("Cancelled"), "secondary"),
    "expired": (_("Expired"), "secondary"),
}
