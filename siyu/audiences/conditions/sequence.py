"""In sequence: one thing, then another within so many hours or minutes, and so on; or the last step did not follow."""

from collections.abc import Sequence as Listed
from datetime import timedelta
from typing import Annotated, Any, Literal
from zlib import crc32

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.facts.filters import Where
from siyu.facts.names import FactName
from siyu.lib.words import gettext_noop

from ..asking import Asking, Counted, Source, Sql, lasting, least, literal
from ..conditions import Because
from ..counting import check_fact
from ..rules import Window
from ..rules.windows import EVER, MAX_MINUTES
from ..wording import fact_words, listed, window_words

TITLE = _("In sequence")
MAX_STEPS = 4


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that happens: a fact whose properties pass a filter."""

    fact: FactName
    where: Where = {}

    def __post_init__(self) -> None:
        check_fact(self.fact, self.where)

    @property
    def counted(self) -> Counted:
        return Counted(self.fact, self.where)


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="sequence"
):
    """Each step follows the one before, later than it and at most `hours` hours after it; with `minutes`, at most so many minutes.
    The window holds the last step.

    With `ended` = `broken` it holds when the steps but the last happened and the last did not follow in its time:
    the window then holds the instant at which that was over.
    """

    steps: Annotated[list[Step], Meta(min_length=2, max_length=MAX_STEPS, title="steps")]
    hours: Annotated[int, Meta(ge=1, le=24 * 366, title="hours between steps")] = 24
    minutes: Annotated[int, Meta(ge=1, le=MAX_MINUTES, title="or minutes between steps")] | None = None
    ended: Annotated[Literal["done", "broken"], Meta(title="and")] = "done"
    within: Window = EVER

    def __post_init__(self) -> None:
        if self.within.at_least_days_ago is not None:
            raise ValueError(gettext_noop("the window of a sequence ends today: use last_days, last_hours or last_minutes"))
        if self.within.from_day is not None or self.within.to_day is not None:
            raise ValueError(gettext_noop("the window of a sequence moves: use last_days, last_hours or last_minutes"))

    @property
    def limit(self) -> timedelta:
        """How long a step may take."""
        return timedelta(hours=self.hours) if self.minutes is None else timedelta(minutes=self.minutes)


def watches(terms: Terms) -> Listed[Counted]:
    return [step.counted for step in terms.steps]


def _source(terms: Terms, ask: Asking) -> tuple[Source, Sql]:
    """All instants of the steps, each with the latest instant before it at which the steps so far were done in time.

    The latest completion of a step before an instant is the one most likely to be in time for it; so one walk a step finds all.
    """
    numbers = [ask.watch(step.counted) for step in terms.steps]
    only = literal(sorted(set(numbers)))
    read = (
        "SELECT i.member_id, d.watch_id, d.occurred_at, d.business_day AS day FROM members_identity i"
        f" JOIN {{moments}} d ON d.identity_id = i.id WHERE d.watch_id = ANY({only}){_recent(terms, ask)}"
    )
    limit = lasting(terms.limit)
    done = f"watch_id = {numbers[0]}"
    last = numbers[1:] if terms.ended == "done" else numbers[1:-1]
    for place, number in enumerate(last):
        read = (
            f"SELECT *, max(occurred_at) FILTER (WHERE {done}) OVER (PARTITION BY member_id ORDER BY occurred_at"
            f" RANGE BETWEEN UNBOUNDED PRECEDING AND interval '1 microsecond' PRECEDING) AS before{place} FROM ({read}) s{place}"
        )
        done = f"watch_id = {number} AND before{place} >= occurred_at - {limit}"
    if terms.ended == "broken":  # is there a last step soon enough after it?
        read = (
            f"SELECT *, min(occurred_at) FILTER (WHERE watch_id = {numbers[-1]}) OVER (PARTITION BY member_id ORDER BY occurred_at"
            f" RANGE BETWEEN interval '1 microsecond' FOLLOWING AND {limit} FOLLOWING) AS after FROM ({read}) s"
        )
        done += " AND after IS NULL"
    name = f"sequence_{crc32(read.encode())}"
    return Source(name, f"({read}) q", "q.member_id"), done


def _recent(terms: Terms, ask: Asking) -> Sql:
    """Of a window that moves, no instants are read that lie too far back to matter: its days, and those of all steps."""
    window = terms.within
    days = window.span.days + 1 if window.span is not None else window.furthest
    if days is None:
        return ""
    return f" AND d.business_day >= {ask.today} - {days + len(terms.steps) * (terms.limit.days + 1) + 2}"


def _ends(terms: Terms) -> Sql:
    """The instant that the window must hold: of the last step, or at which it was too late for it."""
    return "q.occurred_at" if terms.ended == "done" else f"(q.occurred_at + {lasting(terms.limit)})"


def _day(terms: Terms) -> Sql:
    """Its business day."""
    return "q.day" if terms.ended == "done" else f"({_ends(terms)} AT TIME ZONE %(zone)s)::date"


def _found(terms: Terms, ask: Asking, what: str) -> Sql:
    source, done = _source(terms, ask)
    inside = ask.within(terms.within, _day(terms), _ends(terms))
    over = f" AND {_ends(terms)} <= {ask.now}" if terms.ended == "broken" else ""
    return ask.column(source, f"{what} FILTER (WHERE {done} AND {inside}{over})")


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"coalesce({_found(terms, ask, 'count(*)')}, 0) > 0"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """When the newest end leaves the window; of broken ones also when the time of one that still runs is over."""
    window, dues = terms.within, []
    if window.span is not None:
        dues.append(f"({_found(terms, ask, f'max({_ends(terms)})')} + {lasting(window.span)})")
    elif window.furthest is not None:
        dues.append(ask.midnight(f"({_found(terms, ask, f'max({_day(terms)})')} + {window.furthest + 1})"))
    if terms.ended == "broken":
        source, done = _source(terms, ask)
        dues.append(ask.column(source, f"min({_ends(terms)}) FILTER (WHERE {done} AND {_ends(terms)} > {ask.now})"))
    return least(dues)


def dirty_on(terms: Terms) -> Listed[Counted]:
    return [step.counted for step in terms.steps]


def words(terms: Terms) -> str:
    said = " → ".join(fact_words(step.fact, step.where) for step in terms.steps)
    return f"{listed([said, _pace(terms)])}{window_words(terms.within)}"


def _pace(terms: Terms) -> str:
    is_done = terms.ended == "done"
    if terms.minutes is not None:
        said = gettext("within %(minutes)s minutes each") if is_done else gettext("the last not within %(minutes)s minutes")
        return said % {"minutes": terms.minutes}
    said = gettext("within %(hours)s hours each") if is_done else gettext("the last not within %(hours)s hours")
    return said % {"hours": terms.hours}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(found: int, last: Any) -> str:
        return gettext("%(found)s times, the last at %(at)s") % {"found": found, "at": last} if found else gettext("not once")

    shown = (f"coalesce({_found(terms, ask, 'count(*)')}, 0)", _found(terms, ask, f"max({_ends(terms)})"))
    return Because(shown, tell, [step.counted for step in terms.steps])
