"""The words of terms: fields, choices and windows, as the builder shows them."""

from django.utils.translation import gettext_lazy as _

from siyu.facts.filters.form import WORDS
from siyu.lib.web.terms import Choices

from ..words import STAGES, Words

LABELS: dict[str, Words] = {
    "fact": _("What happened"), "where": _("where"), "op": _("is"), "times": _("times"), "within": _("when"), "which": _("which"),
    "has": _("and that one"),
    "tags": _("any of the tags"), "clock": _("clock"), "stages": _("is one of"), "reached": _("reached, whatever came later"),
    "purpose": _("purpose"), "channel": _("on channel"), "state": _("is"), "kinds": _("any of the kinds"), "what": _("what"),
    "value": _("value"), "to": _("to"), "trait": _("trait"), "every": _("comes"), "from_days": _("from day (0 is today)"),
    "to_days": _("to day"), "from_day": _("not before"), "to_day": _("not after"), "skus": _("products (SKU)"),
    "categories": _("categories"), "orders": _("orders at least"),
    "recency": _("R"), "frequency": _("F"), "monetary": _("M"), "audience": _("audience"), "list": _("list"), "salt": _("salt"),
    "from_bucket": _("from bucket"), "to_bucket": _("to bucket (of 10,000)"), "quiet_days": _("quiet days"),
    "before_days": _("in days before that"), "again_days": _("again in the last days"), "periods": _("in periods"),
    "of": _("of the last periods"), "days": _("days of a period"), "hours": _("hours between steps"),
    "minutes": _("or minutes between steps"), "ended": _("and"),
    "steps": _("steps"), "stores": _("stores"), "assistants": _("assistants"), "tiers": _("tiers"), "channels": _("channels"),
    "track": _("track"), "medium": _("medium"), "source": _("wanted by"), "at_least": _("at least"), "unit": _("unit of value"),
}  # fmt: skip
LABELS_OF: dict[str, dict[str, Words]] = {
    **{kind: {"days": _("within days (today is 0)")} for kind in ("tier_ends", "expiring")},
    "regularly": {"times": _("times in a period")},
    "audience": {"within": _("came in")},
    "tier": {"within": _("holds it since")},
}
CHOICES: dict[str, Words] = {
    "at_least": _("at least"), "at_most": _("at most"), "exactly": _("exactly"), "first": _("the first time"),
    "last": _("the last time"), "pool": STAGES["pool"], "activity": STAGES["activity"], "ladder": STAGES["ladder"],
    "given": _("given"), "withdrawn": _("withdrawn"), "unknown": _("never asked"), "joined": _("joining the pool"),
    "first_bought": _("the first purchase"), "last_bought": _("the last purchase"), "first_seen": _("first seen"),
    "last_seen": _("last seen"), **WORDS, "between": _("between"), "once": _("once"), "year": _("every year"),
    "done": _("all of them followed"), "broken": _("the last did not follow"), "orders": _("number of orders"),
    "revenue_minor": _("revenue (fen)"), "refunded_minor": _("refunded (fen)"), "net_minor": _("net revenue (fen)"),
    "average_minor": _("net revenue an order (fen)"), "any": _("any"), "email": _("e-mail"), "sms": _("SMS"),
    "inbox": _("member centre inbox"), "webhook": "Webhook", "task": _("staff task"),
}  # fmt: skip
WINDOWS: Choices = (
    ("", _("at any time")), ("last_days", _("in the last … days")), ("last_hours", _("in the last … hours")),
    ("last_minutes", _("in the last … minutes")), ("ago", _("between … and … days ago")), ("older", _("at least … days ago")),
    ("between", _("between two days")),
)  # fmt: skip


def labels_of(kind: str) -> dict[str, Words]:
    """The labels of a condition's terms: some mean something else with another kind."""
    return {**LABELS, **LABELS_OF.get(kind, {})}
