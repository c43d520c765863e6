"""Who holds a benefit, by what, and how often it may be used now. Derived: a merge and its undo change nothing here."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import msgspec

from siyu.lib.words import gettext_noop as _

from .period import Period, period_of

MAX_TIMES = 100_000


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many uses a period."""

    times: int
    per: Literal["day", "week", "month", "quarter", "year", "tier", "life"] = "month"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who gets a benefit: members of these tiers, with these tags, or in these audiences. `times`: their own number of uses a period."""

    by: Literal["tier", "tag", "audience"]
    codes: tuple[str, ...]
    times: int | None = None


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a benefit as the operator writes it. Plans name the benefits they give; anyone may be given one by hand."""

    terms: dict[str, Any] = {}  # see the kind
    sources: tuple[Source, ...] = ()
    quota: Quota | None = None  # None: as often as the member likes
    cost_minor: int | None = None  # of one use, to the merchant; None: what the kind estimates
    trial_days: int = 0  # members of the tier below may try it for so long, once a year
    words: str = ""
    words_en: str = ""
    name_en: str = ""


class Benefit(msgspec.Struct, frozen=True):
    """A version of a benefit, with its kind and name."""

    code: str
    version: int
    kind: str
    name: str
    definition: Definition


class Given(NamedTuple):
    """A benefit given to one member: by hand, as a reward, or to try."""

    benefit: str
    source: str  # hand · reward · trial
    from_at: datetime
    until_at: datetime | None
    times: int | None

    def holds(self, now: datetime) -> bool:
        return self.from_at <= now and (self.until_at is None or now < self.until_at)


class Holder(msgspec.Struct):
    """What decides which benefits a member has: tiers with the day they were reached, the plan and its benefits, tags, audiences, gifts."""

    member_id: int
    tiers: dict[str, date | None] = {}
    plan: str = ""
    plan_benefits: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    given: tuple[Given, ...] = ()


class Held(NamedTuple):
    """One reason to have a benefit: tier, plan, tag, audience, hand, reward or trial; its code; when it ends, if that is known."""

    by: str
    code: str
    until_at: datetime | None = None


class Holding(NamedTuple):
    """A benefit in a member's hands. `times` is None without a limit; then `remaining` is None too."""

    benefit: Benefit
    reasons: tuple[Held, ...]
    times: int | None
    period: Period | None

    def remaining(self, used: int) -> int | None:
        return None if self.times is None else max(self.times - used, 0)


def fault_of(definition: Definition) -> str | None:
    """What is wrong with a definition, in words; None when nothing is."""
    quota, sources = definition.quota, definition.sources
    wrong = (
        (quota is not None and not 1 <= quota.times <= MAX_TIMES, _("a quota is 1 to 100000 uses a period")),
        (len(sources) > 20, _("a benefit has up to 20 lines of who gets it")),
        (
            any(not source.codes or len(source.codes) > 50 for source in sources),
            _("each line names 1 to 50 tiers, tags or audiences"),
        ),
        (
            any(source.times is not None and not 1 <= source.times <= MAX_TIMES for source in sources),
            "a quota is 1 to 100000 uses a period",
        ),
        (
            quota is None and any(source.times is not None for source in sources),
            _("a number of uses needs a quota with its period"),
        ),
        (not 0 <= definition.trial_days <= 90, _("a trial has 0 to 90 days")),
        (definition.trial_days > 0 and not any(source.by == "tier" for source in sources), _("a trial is of a tier's benefit")),
        (
            definition.cost_minor is not None and not 0 <= definition.cost_minor <= 10**10,
            _("a cost lies between 0 and 100000000.00"),
        ),
        (max(map(len, (definition.words, definition.words_en))) > 500, _("a description has up to 500 characters")),
        (len(definition.name_en) > 60, _("a name has up to 60 characters")),
    )
    return next((words for is_wrong, words in wrong if is_wrong), None)


def holding_of(benefit: Benefit, holder: Holder, now: datetime, day: date) -> Holding | None:
    """Whether and why a member holds a benefit, and its quota; None when nothing gives it.

    The most generous line counts; uses given by hand come on top of those that a line gives.
    """
    definition = benefit.definition
    reasons, times = list(_by_lines(definition, holder)), _times(definition, holder)
    if benefit.code in holder.plan_benefits:
        reasons.append(Held("plan", holder.plan))
        times = [*times, None]
    given = [one for one in holder.given if one.benefit == benefit.code and one.holds(now)]
    reasons += [Held(one.source, "", one.until_at) for one in given]
    if not reasons:
        return None
    if definition.quota is None:
        return Holding(benefit, tuple(reasons), None, None)
    usual = definition.quota.times
    base = max((usual if own is None else own for own in times), default=0)
    extra = sum(one.times for one in given if one.times is not None)
    if not base and any(one.times is None for one in given):
        base = usual
    since = max((since for since in holder.tiers.values() if since is not None), default=None)
    return Holding(benefit, tuple(reasons), base + extra, period_of(definition.quota.per, day, since))


def is_given_by(benefit: Benefit, tier: str) -> bool:
    """Whether a tier gives a benefit: what the next one has and this one has not."""
    return any(source.by == "tier" and tier in source.codes for source in benefit.definition.sources)


def _by_lines(definition: Definition, holder: Holder) -> Iterable[Held]:
    for source in definition.sources:
        yield from (Held(source.by, code) for code in source.codes if code in _has(source, holder))


def _times(definition: Definition, holder: Holder) -> list[int | None]:
    return [source.times for source in definition.sources if any(code in _has(source, holder) for code in source.codes)]


def _has(source: Source, holder: Holder) -> Iterable[str]:
    return {"tier": holder.tiers.keys(), "tag": holder.tags, "audience": holder.audiences}[source.by]
