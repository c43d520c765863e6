"""What was used of caps and budgets: read as sums over the periods that a batch asks for, written by day of the earning."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.sql import statements

from .rows import Known
from .rules import Book, Programme
from .rules.caps import Use, day_of
from .rules.ledger import Lot
from .rules.periods import end_of, start_of
from .rules.person import Period
from .rules.programme import hands_back

_sql = statements("siyu.loyalty", "limits")


class Cell(NamedTuple):
    """A day of a rule for one member, as it is stored."""

    origin: int
    rule: str
    day: date


def cap_uses(cursor: Cursor, book: Book, known: Known, facts: list[Fact], holder: dict[int, int]) -> dict[int, dict[Period, Use]]:
    """Caps used by these members in the periods of these facts and lots, summed over all that each has absorbed."""
    days = _days(book.programme, facts, known)
    wanted = {(code, period, start_of(period, day)) for code, day in days for period in book.programme.cap_periods.get(code, ())}
    if not wanted or not holder:
        return {}
    cursor.execute(_sql.cap_uses, {"origins": sorted(holder), **_columns(wanted)})
    used: dict[int, dict[Period, Use]] = {}
    for origin, code, period, start, points, times in cursor.fetchall():
        uses = used.setdefault(holder[origin], {})
        before = uses.get((code, period, start), (0, 0))
        uses[(code, period, start)] = (before[0] + points, before[1] + times)
    return used


def budget_uses(cursor: Cursor, book: Book, known: Known, facts: list[Fact]) -> dict[Period, int]:
    """What these facts' rules have given to everybody in the periods of their budgets."""
    periods = book.programme.budget_periods
    if not periods:
        return {}
    days = _days(book.programme, facts, known)
    wanted = {(code, period, start_of(period, day)) for code, day in days for period in periods.get(code, ())}
    if not wanted:
        return {}
    cursor.execute(_sql.budget_uses, _columns(wanted))
    return {(code, period, start): points for code, period, start, points in cursor.fetchall()}


def write_uses(cursor: Cursor, book: Book, known: Known) -> None:
    """Rows go by the member a point was earned as, so that a merge has nothing to move; what a reversal hands back is taken off."""
    caps: dict[Cell, Use] = {}
    budgets: dict[tuple[str, date], int] = {}
    for posting in book.postings:
        rule = book.programme.rules.get(posting.rule_id) if posting.kind == "earn" and posting.rule_id is not None else None
        if rule is None or not rule.is_counted:
            continue
        if rule.is_capped:
            _add(caps, Cell(posting.account.origin, rule.code, posting.business_day), posting.amount, 1)
        if rule.definition.budget is not None:
            cell = (rule.code, posting.business_day)
            budgets[cell] = budgets.get(cell, 0) + posting.amount
    for lot, taken_back in _reversed(book, known):
        rule = book.programme.rules[lot.rule_id or 0]
        opens_caps, opens_budget = hands_back(rule)
        if opens_caps:
            _add(caps, Cell(lot.account.origin, rule.code, day_of(lot)), -taken_back, -int(lot.reversed == lot.amount))
        if opens_budget:
            budgets[(rule.code, day_of(lot))] = budgets.get((rule.code, day_of(lot)), 0) - taken_back
    _write(cursor, caps, budgets)


def _write(cursor: Cursor, caps: dict[Cell, Use], budgets: dict[tuple[str, date], int]) -> None:
    if caps:
        columns = {
            "origins": [cell.origin for cell in caps],
            "rules": [cell.rule for cell in caps],
            "days": [cell.day for cell in caps],
            "points": [points for points, _ in caps.values()],
            "times": [times for _, times in caps.values()],
        }
        cursor.execute(_sql.use_caps, columns)
    if budgets:
        ordered = sorted(budgets.items())
        columns = {
            "rules": [code for (code, _), _ in ordered],
            "days": [day for (_, day), _ in ordered],
            "points": [points for _, points in ordered],
        }
        cursor.execute(_sql.use_budgets, columns)


def _reversed(book: Book, known: Known) -> Iterable[tuple[Lot, int]]:
    """Lots of rules that count, of which this walk took something back."""
    if not book.programme.counts_reversals:
        return
    for member in book.members.values():
        for lot in member.lots.values():
            before = known.lots[lot.key].reversed if lot.key in known.lots else 0
            if lot.reversed > before and lot.rule_id in book.programme.rules:
                yield lot, lot.reversed - before


def _days(programme: Programme, facts: list[Fact], known: Known) -> set[tuple[str, date]]:
    """The rules that these facts may earn by, and those whose lots may be reversed, each with the days on which they count."""
    named = {(fact.name, fact.business_day) for fact in facts}
    days = {(rule.code, day) for name, day in named for rule in programme.in_force(name, day) if rule.is_counted}
    if programme.counts_reversals:
        lots = known.lots.values()
        days |= {(programme.rules[lot.rule_id].code, day_of(lot)) for lot in lots if lot.rule_id in programme.rules}
    return days


def _add(caps: dict[Cell, Use], cell: Cell, points: int, times: int) -> None:
    before = caps.get(cell, (0, 0))
    caps[cell] = (before[0] + points, before[1] + times)


def _columns(wanted: set[Period]) -> dict[str, list[object]]:
    ordered = sorted(wanted)
    return {
        "rules": [code for code, _, _ in ordered],
        "periods": [period for _, period, _ in ordered],
        "starts": [start for _, _, start in ordered],
        "ends": [end_of(period, start) for _, period, start in ordered],
    }
