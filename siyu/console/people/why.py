"""Why a member has these points and this tier: every entry in plain words, from the fact over the rule to the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from siyu.facts.words import fact_title
from siyu.lib.clock import FOR_EVER, business_day
from siyu.lib.web import formats
from siyu.lib.web.business import business
from siyu.loyalty.queries import FloorView, Reason, balances, floors_of, steps_of, track_versions
from siyu.loyalty.queries.units import unit_names

BY_TIME = {"mature", "expire", "time_out", "settle", "gift"}  # what time alone may bring
BUCKETS = {
    "pending": gettext_lazy("Pending"),
    "available": gettext_lazy("Available"),
    "held": gettext_lazy("Held"),
    "spent": gettext_lazy("Spent"),
    "expired": gettext_lazy("Expired"),
    "revoked": gettext_lazy("Taken away"),
    "debt": gettext_lazy("Owed by the member"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: when, the sentence, the signed amount with its unit (empty colour: it only moved)."""

    id: int
    at: datetime
    day: date
    sentence: str
    notes: Sequence[str]
    amount: str
    colour: str
    fact_id: int | None


@dataclass(frozen=True, slots=True)
class Purse:
    """One unit's balance: what counts (pending + available) and every bucket that holds something."""

    unit: str
    total: int
    buckets: Sequence[tuple[str, int]]


def line_of(reason: Reason, units: Mapping[str, str], tiers: Mapping[str, str]) -> Line:
    """An entry in words; `units` and `tiers` name them."""
    unit = units.get(reason.unit, reason.unit)
    sign = "+" if reason.change > 0 else "−" if reason.change < 0 else ""
    colour = {"+": "text-green", "−": "text-red"}.get(sign, "")
    amount = f"{sign}{formats.number(abs(reason.amount))} {unit}"
    return Line(reason.id, reason.posted_at, reason.business_day, _sentence(reason), _notes(reason, tiers), amount, colour, reason.fact_id)


def _sentence(reason: Reason) -> str:
    if not reason.fact_name and (reason.because or reason.kind not in BY_TIME):  # rule and order are those of its lot, and not why it moves
        return " → ".join(filter(None, (reason.because, kind_words(reason.kind))))
    cause = fact_title(reason.fact_name) if reason.fact_name else _("Time alone")
    if reason.order_number:
        cause = _("%(cause)s, order %(number)s") % {"cause": cause, "number": reason.order_number}
    rule = _("rule “%(name)s”, version %(version)s") % {"name": reason.rule_shown, "version": reason.rule_version}
    return " → ".join([cause, *([rule] if reason.rule_version is not None else []), kind_words(reason.kind)])


def kind_words(kind: str) -> str:
    """What an entry of a kind did, in the reader's words."""
    kinds = {
        "earn": pgettext("ledger", "earned"),
        "mature": pgettext("ledger", "now available"),
        "expire": pgettext("ledger", "expired"),
        "import": pgettext("ledger", "moved in"),
        "adjust": pgettext("ledger", "corrected by hand"),
        "reverse_earn": pgettext("ledger", "taken back"),
        "settle": pgettext("ledger", "a debt was settled"),
        "grant": pgettext("ledger", "given"),
        "gift": pgettext("ledger", "given by a tier"),
        "spend": pgettext("ledger", "spent"),
        "hold": pgettext("ledger", "held"),
        "capture": pgettext("ledger", "spent of what was held"),
        "void": pgettext("ledger", "no longer held"),
        "time_out": pgettext("ledger", "no longer held"),
        "give_back": pgettext("ledger", "given back"),
        "take_back": pgettext("ledger", "taken back"),
        "transfer": pgettext("ledger", "passed on"),
        "owe": pgettext("ledger", "owed after a correction"),
    }
    return kinds.get(kind, kind)


def _notes(reason: Reason, tiers: Mapping[str, str]) -> list[str]:
    notes = []
    if reason.kind == "earn" and reason.multiplier != 1:
        values = {"factor": f"{reason.multiplier.normalize():f}", "tier": tiers.get(reason.tier, reason.tier)}
        notes.append(_("× %(factor)s for tier %(tier)s") % values)
    if reason.is_waiting and reason.kind == "earn":
        until = formats.instant(reason.available_at) if reason.available_at else _("the order is received")
        notes.append(_("pending until %(until)s") % {"until": until})
    if reason.expires_at and reason.kind == "earn":
        notes.append(_("expires %(when)s") % {"when": formats.instant(reason.expires_at)})
    return notes


def purses(member_id: int) -> list[Purse]:
    """Balances of every unit."""
    found, names = [], unit_names()
    for unit, balance in balances([member_id]).get(member_id, {}).items():
        buckets = [(str(words), amount) for name, words in BUCKETS.items() if (amount := getattr(balance, name))]
        found.append(Purse(names.get(unit, unit), balance.pending + balance.available, buckets))
    return found


@dataclass(frozen=True, slots=True)
class GrantedTier:
    """A tier granted by hand or brought in: its name, why, and whether it still holds (`last_day` is None without an end)."""

    floor: FloorView
    name: str
    because: str
    last_day: date | None
    holds: bool


def floors(member_id: int, now: datetime) -> list[GrantedTier]:
    """Tiers granted to a member, those that hold first."""
    granted = floors_of(member_id)
    if not granted:
        return []
    names = {(one.track, step.code): step.shown for one in reversed(track_versions()) for step in steps_of(one.track, one.version)}
    shown = []
    for one in granted:
        is_brought = one.because.startswith("moving_in:")
        because = _("Moved in from another system") if is_brought else one.because
        last = business_day(one.until - timedelta(microseconds=1), business().zone)
        holds = one.removed_at is None and one.until > now
        shown.append(GrantedTier(one, names.get((one.track, one.tier), one.tier), because, last if last < FOR_EVER else None, holds))
    return sorted(shown, key=lambda one: not one.holds)
