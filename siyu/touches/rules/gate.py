"""The gate: may this member be touched, when, and if not, why not. A fold over one member's proposals; every send asks it twice.

First when a touch is proposed: capacity is then reserved. Again at the moment of sending (`confirm`): what changed meanwhile counts.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from siyu.lib.buckets import BUCKETS, bucket

from .media import ANY, speaking_of
from .quiet import QuietHours

_T = TypeVar("_T", date, datetime)


class Why(StrEnum):
    """Why nobody was touched 未发送原因: a closed set, so that a send adds up to the last head."""

    GONE = "member.gone"  # erased, or merged into another who has been asked as well
    SIMULATED = "member.simulated"  # an invented person of a demonstration: nothing leaves the house
    NO_CONSENT = "consent.missing"
    WITHDRAWN = "consent.withdrawn"
    NO_ADDRESS = "address.missing"  # nothing to send to, or no longer a friend
    BAD_ADDRESS = "address.refused"  # the provider said for good that it does not exist
    CAPPED = "cap.reached"
    QUIET = "quiet.hours"
    TOO_LATE = "too_late"
    CONTROL = "control.global"
    HELD_OUT = "control.send"


class Said(Protocol):
    """A word about a purpose on a channel, however a room tells it."""

    @property
    def is_given(self) -> bool: ...
    @property
    def at(self) -> datetime: ...


_Said = TypeVar("_Said", bound=Said)


class Cap(msgspec.Struct, frozen=True):
    """At most `limit` touches a calendar day, week or month of the member, in any `days` of their days or `hours` hours; 疲劳度控制."""

    limit: int
    window: Literal["day", "week", "month", "days", "hours"] = "day"
    hours: int = 24
    channel: str = ANY
    purpose: str = ANY
    days: int = 7

    def concerns(self, channel: str, purpose: str) -> bool:
        return self.channel in (ANY, channel) and self.purpose in (ANY, purpose)


class Policy(msgspec.Struct, frozen=True):
    """What the merchant decided about touching people."""

    caps: tuple[Cap, ...] = ()
    quiet: QuietHours | None = QuietHours()
    when_quiet: Literal["defer", "drop"] = "defer"
    opt_in: frozenset[str] = frozenset({"marketing", "personalisation"})  # purposes that need consent; others only must not be withdrawn
    unhindered: frozenset[str] = frozenset({"service"})  # purposes without caps, quiet hours and the global control group
    control_share: int = 0  # of 10,000 members, how many are never touched: the global control group 对照组
    control_salt: str = "global"


class Consent(msgspec.Struct, frozen=True, gc=False):
    """What a member last said about a purpose on a channel (or on any)."""

    is_given: bool
    at: datetime


class Record(msgspec.Struct, frozen=True, gc=False):
    """A touch that took place or is to: it fills caps from the moment it is reserved."""

    key: str
    channel: str
    purpose: str
    at: datetime


class State(msgspec.Struct, frozen=True, gc=False):
    """What the gate knows of one member."""

    member_id: int
    zone: ZoneInfo
    consents: dict[tuple[str, str], Consent] = {}  # (purpose, channel or "any")
    addresses: frozenset[str] = frozenset()  # channels on which the member can be reached
    refused: frozenset[str] = frozenset()  # channels whose address a provider refused for good
    records: tuple[Record, ...] = ()  # as far back as the longest window
    is_gone: bool = False
    is_simulated: bool = False


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """A touch somebody wants: on `channel` for `purpose`, at `at` and no later than `until`. Higher priority is asked first.

    `held_out` of 10,000 are drawn by `salt` as this send's own control group. `leaves_house`: not an inbox or a staff task.
    """

    key: str
    channel: str
    purpose: str
    at: datetime
    until: datetime | None = None
    priority: int = 0
    salt: str = ""
    held_out: int = 0
    leaves_house: bool = True


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """Yes, at `at`; or no, for a reason, `detail` naming which cap or consent."""

    key: str
    at: datetime | None = None
    why: Why | None = None
    detail: str = ""


def decide(policy: Policy, state: State, proposals: Iterable[Proposal]) -> tuple[State, list[Verdict]]:
    """Judge one member's proposals, the most important first; each yes is reserved before the next is asked."""
    verdicts = []
    for proposal in sorted(proposals, key=lambda proposal: (-proposal.priority, proposal.at, proposal.key)):
        verdict = judge(policy, state, proposal)
        if verdict.at is not None:
            record = Record(proposal.key, proposal.channel, proposal.purpose, verdict.at)
            state = msgspec.structs.replace(state, records=(*state.records, record))
        verdicts.append(verdict)
    return state, verdicts


def confirm(policy: Policy, state: State, proposal: Proposal, now: datetime) -> Verdict:
    """Ask again at the moment of sending; the touch's own reservation does not stand in its way. A later `at` means: wait."""
    others = tuple(record for record in state.records if record.key != proposal.key)
    return judge(policy, msgspec.structs.replace(state, records=others), msgspec.structs.replace(proposal, at=now))


def confirmed(state: State, proposal: Proposal, verdict: Verdict) -> State:
    """What the gate knows after it was asked again: a place at the time of sending, or none any more."""
    others = tuple(record for record in state.records if record.key != proposal.key)
    own = () if verdict.at is None else (Record(proposal.key, proposal.channel, proposal.purpose, verdict.at),)
    return msgspec.structs.replace(state, records=(*others, *own))


def judge(policy: Policy, state: State, proposal: Proposal) -> Verdict:
    """One proposal against what is known: who is reached at all, consent, address, quiet hours, caps, and last the control groups.

    Control groups come last, so that they are drawn of exactly those who would have been touched; whom a send or journey holds out
    of itself, it holds out of what it says as a service, too.
    """
    if refusal := _unreachable(state, proposal) or consent_refusal(policy, state, proposal):
        return Verdict(proposal.key, None, *refusal)
    if proposal.purpose in policy.unhindered:
        return Verdict(proposal.key, None, Why.HELD_OUT) if _is_held_out(state, proposal) else Verdict(proposal.key, proposal.at)
    at = policy.quiet.over(proposal.at, state.zone) if policy.quiet is not None else proposal.at
    if at != proposal.at and policy.when_quiet == "drop":
        return Verdict(proposal.key, None, Why.QUIET)
    if proposal.until is not None and at > proposal.until:
        return Verdict(proposal.key, None, Why.TOO_LATE)
    if (cap := _full(policy, state, proposal, at)) is not None:
        return Verdict(proposal.key, None, Why.CAPPED, detail_of(cap))
    if why := _control(policy, state, proposal):
        return Verdict(proposal.key, None, why)
    return Verdict(proposal.key, at)


def judge_test(policy: Policy, state: State, proposal: Proposal) -> Verdict:
    """A test that a person sends to one member now: caps and control groups do not hold it back; a missing yes and the night do."""
    return judge(msgspec.structs.replace(policy, caps=(), control_share=0, when_quiet="drop"), state, proposal)


def newest_word(consents: Mapping[tuple[str, str], _Said], purpose: str, channel: str) -> _Said | None:
    """What holds of a purpose on a channel: the newest of what was said about the channel and about any; of two at once the no."""
    said = [consents[key] for name in speaking_of(channel) if (key := (purpose, name)) in consents]
    return max(said, key=lambda consent: (consent.at, not consent.is_given), default=None)


def consent_refusal(policy: Policy, state: State, proposal: Proposal) -> tuple[Why, str] | None:
    """The newest word holds; purposes of `opt_in` need a yes."""
    newest = newest_word(state.consents, proposal.purpose, proposal.channel)
    if newest is not None and not newest.is_given:
        return Why.WITHDRAWN, f"{proposal.purpose} {proposal.channel}"
    if newest is None and proposal.purpose in policy.opt_in:
        return Why.NO_CONSENT, f"{proposal.purpose} {proposal.channel}"
    return None


def detail_of(cap: Cap) -> str:
    """A cap as a refusal keeps it: `2 a day sms`."""
    window = {"hours": f"in {cap.hours} h", "days": f"in {cap.days} d"}.get(cap.window, f"a {cap.window}")
    return " ".join(word for word in (f"{cap.limit} {window}", cap.channel, cap.purpose) if word != ANY)


def told(detail: str) -> tuple[Cap | None, list[str]]:
    """What the detail of a refusal names: the cap that was full, if one was, and the purpose or channel behind it."""
    match = _CAP.match(detail)
    if match is None:
        return None, detail.split()
    limit, window, length, unit = match.groups()
    cap = Cap(int(limit), window or {"h": "hours", "d": "days"}[unit])  # type: ignore[arg-type]  # of the pattern
    if unit:
        cap = msgspec.structs.replace(cap, **{cap.window: int(length)})
    return cap, detail[match.end() :].split()


_CAP = re.compile(r"(\d+) (?:a (day|week|month)|in (\d+) ([dh]))(?= |$)")


def _unreachable(state: State, proposal: Proposal) -> tuple[Why, str] | None:
    if state.is_gone:
        return Why.GONE, ""
    if state.is_simulated and proposal.leaves_house:
        return Why.SIMULATED, ""
    if proposal.channel in state.refused:
        return Why.BAD_ADDRESS, proposal.channel
    return None if proposal.channel in state.addresses else (Why.NO_ADDRESS, proposal.channel)


def _full(policy: Policy, state: State, proposal: Proposal, at: datetime) -> Cap | None:
    for cap in policy.caps:
        if cap.concerns(proposal.channel, proposal.purpose):
            times = [record.at for record in state.records if cap.concerns(record.channel, record.purpose)]
            if _crowd(cap, times, at, state.zone) >= cap.limit:
                return cap
    return None


def _crowd(cap: Cap, times: list[datetime], at: datetime, zone: ZoneInfo) -> int:
    """How many of these instants share a window with `at`; of rolling windows the fullest that holds `at`."""
    if cap.window == "hours":
        return _fullest(times, at, timedelta(hours=cap.hours))
    days = [time.astimezone(zone).date() for time in times]
    if cap.window == "days":
        return _fullest(days, at.astimezone(zone).date(), timedelta(days=cap.days))
    wanted = _period(cap.window, at.astimezone(zone).date())
    return sum(_period(cap.window, day) == wanted for day in days)


def _fullest(times: list[_T], at: _T, length: timedelta) -> int:
    near = sorted(time for time in times if abs(time - at) < length)
    begins = [time for time in near if time <= at] + [at]
    return max(sum(begin <= time < begin + length for time in near) for begin in begins)


def _period(window: str, day: date) -> tuple[int, int]:
    if window == "week":
        return tuple(day.isocalendar()[:2])  # type: ignore[return-value]
    return (day.year, day.month) if window == "month" else (day.toordinal(), 0)


def _control(policy: Policy, state: State, proposal: Proposal) -> Why | None:
    if bucket(policy.control_salt, state.member_id) < policy.control_share:
        return Why.CONTROL
    return Why.HELD_OUT if _is_held_out(state, proposal) else None


def _is_held_out(state: State, proposal: Proposal) -> bool:
    return proposal.held_out > 0 and bucket(proposal.salt, state.member_id) < min(proposal.held_out, BUCKETS)
