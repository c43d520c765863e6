"""Words of staff tasks: what came of one, why one was skipped; what its source is called. The commission of an order."""

from siyu.lib.money import share
from siyu.lib.words import gettext_noop

# what came of a task that was done
RESULTS = {
    "sent": gettext_noop("Sent"),
    "answered": gettext_noop("The customer answered"),
    "bought": gettext_noop("The customer bought"),
}
# why a task was skipped; `no_more` withdraws the consent for its purpose
SKIPS = {
    "not_a_friend": gettext_noop("The customer has removed us"),
    "over_limit": gettext_noop("WeCom takes no more messages for this customer"),
    "no_more": gettext_noop("The customer wants no more of these"),
    "not_fitting": gettext_noop("It does not fit this customer"),
    "other": gettext_noop("Another reason"),
}
NO_MORE = "no_more"
SKIPPED, EXPIRED, CANCELLED = "staff.skipped", "staff.expired", "send.cancelled"
MAX_NOTE = 500
WHOLE = 10_000  # rates are of so many
KINDS = {
    "send": gettext_noop("One-off send"),
    "sop": gettext_noop("Standing order"),
    "journey": gettext_noop("Journey"),
    "other": gettext_noop("Other"),
}


def kind_of(source: str) -> str:
    """`send:12` → send."""
    kind = source.partition(":")[0]
    return kind if kind in KINDS else "other"


def commission(net_minor: int, rate: int) -> int:
    """What an assistant gets of an order, rounded half up by itself: `rate` of 10,000 of its net amount, in minor units."""
    return share(net_minor, rate, WHOLE)
