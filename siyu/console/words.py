"""What places on the three clocks, steps of the funnel and jobs are called on screen: code → (words, colour)."""

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
UNITS = {"points": _("points"), "growth": _("growth value")}
FUNNEL: dict[str, Promise] = {
    "first_seen": _("First seen"),
    "identified": _("Identified"),
    "first_purchase": _("First purchase"),
    "repurchase": _("Repurchase"),
}


def title(words: Words, code: str) -> str:
    """The words of a code; a code of a newer version shows as it is."""
    return str(words[code][0]) if code in words else code
