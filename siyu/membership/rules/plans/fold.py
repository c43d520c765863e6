"""The fold of paid membership: events and merges in order → where each member stands, and what is to be told.

    trial ─┐                ┌→ grace ─→ ended
           ├→ active ───────┤
    (none)─┘     └ cancelled┴→ ended

Given equal events it answers equally, whenever and in whatever portions it is asked: rows hold what it answered last.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from siyu.lib.clock import business_day, midnight

from . import money
from .subscription import HELD, RUNNING, Event, Join, Move, Payment, State, Subscription, Term, ZoneOn, add_period
from .terms import Plan, Plans

change = msgspec.structs.replace
NOBODY = Subscription()


class Book:
    """Members walked through their events; `moves` is everything that was ever to be told."""

    def __init__(self, plans: Plans, zone_on: ZoneOn) -> None:
        self.plans, self.zone_on = plans, zone_on
        self.members: dict[int, Subscription] = {}
        self.moves: list[Move] = []
        self.last: dict[int, datetime] = {}  # the last instant at which something happened
        self._survivors: dict[int, int] = {}

    def walk(self, steps: Iterable[Event | Join], until: datetime) -> "Book":
        """All events and merges up to an instant, in their order, and the time that passes."""
        for step in sorted(steps, key=lambda step: step.place):
            if isinstance(step, Join):
                self._join(step)
            else:
                self._tell(step)
        for member in list(self.members):
            self._ripen(member, until)
        return self

    def holder(self, member: int) -> int:
        """Whom a member has become by the merges so far."""
        while member in self._survivors:
            member = self._survivors[member]
        return member

    def of(self, member: int) -> Subscription:
        return self.members.get(self.holder(member), NOBODY)

    def due_at(self, member: int) -> datetime | None:
        """The next instant at which time alone changes something."""
        due = self._next(self.of(member))
        return max(due[0], self.last.get(member, due[0])) if due else None

    # what happens

    def _tell(self, event: Event) -> None:
        member = self.holder(event.member)
        self._ripen(member, event.at)
        before = self.of(member)
        if event.kind == "pay":
            self._pay(member, before, event)
        elif event.kind == "refund":
            self._refund(member, before, event)
        elif event.kind == "cancel" and before.state in (State.TRIAL, State.ACTIVE):
            self._set(member, change(before, state=State.CANCELLED, is_cancelled=True, auto_renew=False))
            self._say("plan.cancelled", member, event, before, until=before.until)
        elif event.kind == "resume" and before.state is State.CANCELLED:
            self._enter(member, change(before, is_cancelled=False, auto_renew=event.auto_renew), self._day(event.at))
            self._say("plan.resumed", member, event, before, until=before.until)
        self.last[member] = event.at
        self._ripen(member, event.at, event.key)

    def _pay(self, member: int, before: Subscription, event: Event) -> None:
        plan, today = self.plans[event.plan, event.version], self._day(event.at)
        payment = Payment(event.key, event.plan, event.version, event.is_trial, event.amount_minor, event.paid_at or event.at, event.member)
        if before.state in HELD and (before.plan == event.plan or (before.state in RUNNING and not self._outranks(plan, before, event))):
            self._extend(member, before, event, plan, payment)
            return
        credit = 0
        if before.state in RUNNING:
            before, credit = money.credited(before, today)
        if before.state in HELD:
            self._say("plan.ended", member, event, before, because="changed", credit_minor=credit)
        start = min(self._day(payment.paid_at), today) if before.state not in HELD else today
        start = max(start, before.until or start)
        anchor = start.day
        end = self._end(plan, event, start, anchor)
        payment = change(payment, credit_in_minor=credit)
        end += timedelta(days=_bonus_days(plan, event.amount_minor, credit, (end - start).days))
        after = self._with(before, payment, start, end)
        after = change(after, since=start, anchor=anchor, is_cancelled=False, auto_renew=event.auto_renew, ended_on=None)
        self._enter(member, after, start)
        self._say_started(member, event, after, start, credit_minor=credit)

    def _extend(self, member: int, before: Subscription, event: Event, plan: Plan, payment: Payment) -> None:
        """A renewal: it begins where the present end is, not today; a plan of a lower rank waits there too."""
        start = before.until or self._day(event.at)
        end = self._end(plan, event, start, before.anchor)
        after = change(self._with(before, payment, start, end), is_cancelled=False, auto_renew=event.auto_renew)
        self._enter(member, after, start if before.state is State.GRACE else self._day(event.at))
        name = "plan.renewed" if before.plan == event.plan else "plan.queued"
        self._tell_move(name, member, event, _of(payment, start, end))

    def _refund(self, member: int, before: Subscription, event: Event) -> None:
        payment = before.payment(event.of) if event.of else None
        if payment is None:
            return
        today = self._day(event.at)
        after, returned = money.returned(before, payment, event.amount_minor, today, ends=event.ends)
        if after is before:
            return
        said = {"plan": payment.plan, "version": payment.version, "amount_minor": returned, "until": str(after.until or today)}
        self._tell_move("plan.refunded", member, event, said)
        is_gone = after.term_on(today) is None if before.state in RUNNING else event.ends or money.is_paid_back(after, payment.key)
        self._set(member, after)
        if before.state in HELD and is_gone:
            self._end_now(member, after, event.at, "refunded", event.key)
        elif before.state in RUNNING:
            self._enter(member, after, today)

    def _join(self, join: Join) -> None:
        """The longer goes on, and the rest of the other is added behind it."""
        survivor, loser = self.holder(join.survivor), self.holder(join.loser)
        if survivor == loser:
            return
        self._ripen(survivor, join.at)
        self._ripen(loser, join.at)
        one, other = self.of(survivor), self.of(loser)
        self._survivors[loser] = survivor
        self.members.pop(loser, None)
        last = max((self.last[who] for who in (survivor, loser) if who in self.last), default=None)
        if other is NOBODY:
            return
        if last is not None:
            self.last[survivor] = last
        if one is NOBODY:
            self._set(survivor, other)
            return
        self._set(survivor, money.joined(one, other, self._day(join.at)))
        if self.members[survivor].state in RUNNING:
            self._enter(survivor, self.members[survivor], self._day(join.at))
            self.last[survivor] = join.at

    # what time does

    def _ripen(self, member: int, until: datetime, event: UUID | None = None) -> None:
        while (due := self._next(self.members.get(member, NOBODY))) is not None and due[0] <= until:
            at = max(due[0], self.last.get(member, due[0]))
            self.last[member] = at
            getattr(self, f"_{due[1]}")(member, self.members[member], at, event)

    def _next(self, standing: Subscription) -> tuple[datetime, str] | None:
        if standing.until is None or standing.state not in HELD:
            return None
        terms = self.plans[standing.plan, standing.version].terms
        if standing.state is State.GRACE:
            return self._midnight(standing.until + timedelta(days=terms.grace_days)), "lapse"
        end = self._midnight(_block_end(standing)), "turn"
        if standing.state is State.CANCELLED or standing.noticed == standing.until:
            return end
        return min((self._midnight(standing.until - timedelta(days=terms.notice_days)), "notice"), end)

    def _notice(self, member: int, standing: Subscription, at: datetime, event: UUID | None) -> None:
        terms = self.plans[standing.plan, standing.version].terms
        self._set(member, change(standing, noticed=standing.until))
        said = {"plan": standing.plan, "until": str(standing.until), "price_minor": terms.price_minor, "auto_renew": standing.auto_renew}
        self.moves.append(Move("plan.renewal_noticed", at, member, event, said))

    def _turn(self, member: int, standing: Subscription, at: datetime, event: UUID | None) -> None:
        """The end of what is paid for on equal terms: the next begins, or grace, or the end."""
        day = _block_end(standing)
        if (following := standing.term_on(day)) is not None:
            self._enter(member, standing, day)
            if following.plan != standing.plan:
                ended = {"plan": standing.plan, "version": standing.version, "because": "changed"}
                self.moves.append(Move("plan.ended", at, member, event, ended))
                self.moves.append(Move("plan.started", at, member, event, _of(following, following.from_day, following.to_day)))
            return
        ends = standing.is_cancelled or (standing.state is State.TRIAL and not standing.auto_renew)
        if ends or not self.plans[standing.plan, standing.version].terms.grace_days:
            self._end_now(member, standing, at, "cancelled" if standing.is_cancelled else "expired", event)
            return
        self._set(member, change(standing, state=State.GRACE))
        self.moves.append(Move("plan.grace_began", at, member, event, {"plan": standing.plan, "until": str(day)}))

    def _lapse(self, member: int, standing: Subscription, at: datetime, event: UUID | None) -> None:
        self._end_now(member, standing, at, "expired", event)

    # how it is kept

    def _enter(self, member: int, standing: Subscription, day: date) -> None:
        """Stand in the term that covers a day."""
        term = standing.term_on(day)
        if term is None:
            self._set(member, standing)
            return
        state = State.CANCELLED if standing.is_cancelled else State.TRIAL if term.kind == "trial" else State.ACTIVE
        self._set(member, change(standing, state=state, plan=term.plan, version=term.version, entered=term.from_day))

    def _end_now(self, member: int, standing: Subscription, at: datetime, because: str, event: UUID | None) -> None:
        ended = change(standing, state=State.ENDED, is_cancelled=False, auto_renew=False, ended_on=self._day(at))
        self._set(member, ended)
        said = {"plan": standing.plan, "version": standing.version, "because": because}
        self.moves.append(Move("plan.ended", at, member, event, said))

    def _set(self, member: int, standing: Subscription) -> None:
        self.members[member] = standing

    def _with(self, before: Subscription, payment: Payment, start: date, end: date) -> Subscription:
        kind = "trial" if payment.is_trial else "paid"
        value = payment.amount_minor + payment.credit_in_minor
        term = Term(payment.key, payment.plan, payment.version, kind, start, end, value)
        payment = change(payment, total_days=(end - start).days)
        return change(before, terms=money.ordered((*before.terms, term)), payments=(*before.payments, payment))

    def _outranks(self, plan: Plan, before: Subscription, event: Event) -> bool:
        return not event.is_trial and plan.terms.rank >= self.plans[before.plan, before.version].terms.rank

    def _end(self, plan: Plan, event: Event, start: date, anchor: int) -> date:
        if event.is_trial and plan.terms.trial is not None:
            return start + timedelta(days=plan.terms.trial.days)
        return add_period(start, plan.terms.months, plan.terms.days, anchor)

    def _say_started(self, member: int, event: Event, after: Subscription, start: date, **more: Any) -> None:
        payment = after.payments[-1]
        term = next(term for term in after.terms if term.payment == payment.key)
        first = not any(other.plan == payment.plan and not other.is_trial for other in after.payments[:-1])
        self._tell_move("plan.started", member, event, {**_of(payment, start, term.to_day), "is_first": first, **more})

    def _say(self, name: str, member: int, event: Event, standing: Subscription, **more: Any) -> None:
        said = {key: str(value) if isinstance(value, date) else value for key, value in more.items()}
        self._tell_move(name, member, event, {"plan": standing.plan, "version": standing.version, **said})

    def _tell_move(self, name: str, member: int, event: Event, properties: dict[str, Any]) -> None:
        self.moves.append(Move(name, event.at, member, event.key, properties))

    def _day(self, instant: datetime) -> date:
        return business_day(instant, self.zone_on(instant.date()))

    def _midnight(self, day: date) -> datetime:
        return midnight(day, self.zone_on(day))


def _of(bought: Payment | Term, start: date, end: date) -> dict[str, Any]:
    is_trial = bought.is_trial if isinstance(bought, Payment) else bought.kind == "trial"
    return {
        "plan": bought.plan,
        "version": bought.version,
        "kind": "trial" if is_trial else "paid",
        "from": str(start),
        "until": str(end),
        "amount_minor": bought.amount_minor,
    }


def _bonus_days(plan: Plan, amount_minor: int, credit_minor: int, days: int) -> int:
    """Credit that exceeds what was still to pay prolongs the new plan."""
    price = plan.terms.price_minor
    surplus = min(credit_minor, amount_minor + credit_minor - price)
    return surplus * days // price if price and surplus > 0 else 0


def _block_end(standing: Subscription) -> date:
    """Where days on the present terms (plan, version, trial or not) end."""
    end = standing.entered
    assert end is not None
    kind = None
    for term in standing.terms:
        is_next = term.covers and term.from_day == end and (term.plan, term.version) == (standing.plan, standing.version)
        if is_next and kind in (None, term.kind):
            kind, end = term.kind, term.to_day
    return end
