"""The real services, fold and pump against the small exact model, move by move: balances, lots, answers and invariants are equal."""

import os
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.judging import judged
from siyu.loyalty.queries import balances
from siyu.loyalty.rules.terms import USUAL, After, Never, YearEnd, expiry_of
from siyu.loyalty.services import (
    Because,
    Capture,
    Extend,
    GiveBack,
    Grant,
    Hold,
    Receipt,
    Spend,
    TakeBack,
    Void,
    capture,
    define_unit,
    extend,
    give_back,
    grant,
    hold,
    publish_earn_rule,
    spend,
    take_back,
    void,
)
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.model import ENDS, Ledger, Lot
from siyu.loyalty.tests.scene import FIRST_DAY, START, happens, is_the_same_as, member, rows
from siyu.merchant.rules import SYSTEM

PEOPLE = ("anna", "ben", "cleo")
UNITS = ("points", "stored:gift")
WHY = Because("machine", "step", "试")
FORMS: dict[str, Any] = {
    "never": Never(),
    "5 days": After(days=5),
    "2 weeks, to the end of the week": expiry_of("2W_U"),
    "1 month, to the end of the month": After(months=1, until_end_of="month"),
    "1 year, to the end of the year": expiry_of("1Y_U"),
    "this year": YearEnd(),
    "second end of June": YearEnd(number=2, month=6),
    "30 days to the instant": expiry_of("30D"),
    "to the start of the 10th day": expiry_of("10D_D"),
}
EARNED = {"trigger": "order.paid", "formula": {"kind": "per_amount"}, "matures": {"kind": "days_after_fact", "days": 2}}
AMOUNTS = st.integers(1, 120)
SOME = st.integers(0, 99)
who, unit = st.sampled_from(PEOPLE), st.sampled_from(UNITS)


class Machine(RuleBasedStateMachine):
    """Every rule does one thing to both sides and compares the answers; after each, everything that can be seen is compared."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now, self.numbers = START, count(1)
        self.opened: dict[str, Lot] = {}  # grants
        self.orders: dict[str, tuple[Lot, int, int]] = {}  # lot, paid, refunded
        self.asked: list[tuple[Any, Any, Receipt]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(
        refunds=st.sampled_from(["only_pending", "within_balance", "debt", "deduct_from_refund"]),
        restores=st.sampled_from(["lost", "original", 0, 3]),
    )
    def begin(self, refunds: str, restores: Any) -> None:
        kept = {"kind": restores} if isinstance(restores, str) else {"kind": "plus", "days": restores}
        terms = {"refunds": refunds, "restores": kept}
        define_unit(SYSTEM, "points", "积分", terms, START.date(), now=START)
        define_unit(SYSTEM, "stored:gift", "礼金", terms | {"expires": {"kind": "inactivity", "days": 10}}, FIRST_DAY, now=START)
        publish_earn_rule(SYSTEM, "points", "积分", EARNED, FIRST_DAY, today=FIRST_DAY)
        for name in PEOPLE:
            happens("page.viewed", name)
        people = [member(name) for name in PEOPLE]
        self.model = Ledger(dict.fromkeys(UNITS, refunds), dict.fromkeys(UNITS, restores), {"stored:gift": 10})
        self.model.owner = {person: person for person in people}

    @rule(
        span=st.sampled_from(
            [timedelta(hours=1), timedelta(days=1), timedelta(days=2), timedelta(days=9), timedelta(days=40), timedelta(days=300)]
        )
    )
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @rule()
    def the_pump_runs(self) -> None:
        self._tick()
        assert not pump(self.now).stopped
        kept = rows(
            "SELECT a.origin_id, l.unit, l.amount, l.remaining, l.held, l.expired, l.reversed, l.waived, l.earned_at"
            " FROM loyalty_lot l JOIN loyalty_account a ON a.id = l.account_id"
        )
        ours = [
            (lot.origin, lot.unit, lot.amount, lot.left, lot.held, lot.expired, lot.reversed, lot.waived, lot.born)
            for lot in self.model.lots
        ]
        assert sorted(kept) == sorted(ours)

    @rule(
        who=who,
        unit=unit,
        amount=AMOUNTS,
        form=st.sampled_from(sorted(ENDS)),
        waits=st.sampled_from([0, 0, 1, 8]),
        priority=st.integers(0, 2),
    )
    def is_given(self, who: str, unit: str, amount: int, form: str, waits: int, priority: int) -> None:
        person, key = self._person(who), self._tick()
        opens = self.now + timedelta(days=waits) if waits else None
        slides = unit in self.model.window
        ends = None if slides else ENDS[form](self.now)
        item = Grant(person, unit, amount, key, WHY, opens, USUAL if slides else FORMS[form], priority)
        if opens is not None and ends is not None and ends <= opens:
            self._is_refused(grant, item, "value.expired")
            return
        lot = Lot(person, unit, amount, self.now, ends, slides, opens, priority)
        self.opened[key] = self.model.grant(person, lot, self.now)
        self._answers(grant, item, [(lot, amount)], person, unit)

    @rule(who=who, unit=unit, amount=AMOUNTS)
    def spends(self, who: str, unit: str, amount: int) -> None:
        person, key = self._person(who), self._tick()
        parts = self.model.take(person, unit, amount, self.now)
        item = Spend(person, unit, amount, key, WHY)
        if parts is None:
            self._is_refused(spend, item, "value.insufficient")
        else:
            self.model.spend(key, parts)
            self._answers(spend, item, parts, person, unit)

    @rule(who=who, unit=unit, amount=AMOUNTS, hours=st.sampled_from([1, 30, 300]))
    def holds(self, who: str, unit: str, amount: int, hours: int) -> None:
        person, key = self._person(who), self._tick()
        until = self.now + timedelta(hours=hours)
        parts = self.model.take(person, unit, amount, self.now)
        item = Hold(person, unit, amount, key, WHY, until)
        if parts is None:
            self._is_refused(hold, item, "value.insufficient")
            return
        for lot, part in parts:
            lot.held += part
        self.model.holds[key] = (until, parts)
        self._answers(hold, item, parts, person, unit)

    @precondition(lambda self: any(asked[0] is hold for asked in self.asked))
    @rule(which=SOME, tenths=st.integers(1, 10), frees=st.booleans())
    def ends_a_hold(self, which: int, tenths: int, frees: bool) -> None:
        key = self._tick()
        held = [item for service, item, _ in self.asked if service is hold]
        item = held[which % len(held)]
        if item.key not in self.model.holds:
            self._is_refused(void, Void(item.key, key, WHY), "hold.closed")
            self._is_refused(capture, Capture(item.key, key), "hold.closed")
            return
        whole = self.model.holds[item.key][1]
        person = self.model.owner[whole[0][0].origin]
        if frees:
            self.model.free(item.key, self.now)
            self._answers(void, Void(item.key, key, WHY), whole, person, item.unit)
        else:
            amount = max(item.amount * tenths // 10, 1)
            parts = self.model.capture(item.key, key, amount, self.now)
            self._answers(capture, Capture(item.key, key, amount), parts, person, item.unit)

    @precondition(lambda self: self.model.spendings)
    @rule(which=SOME, tenths=st.integers(1, 10))
    def gets_back(self, which: int, tenths: int) -> None:
        key, of = self._tick(), sorted(self.model.spendings)[which % len(self.model.spendings)]
        rest = sum(taken - returned for _, taken, returned in self.model.spendings[of])
        if not rest:
            self._is_refused(give_back, GiveBack(of, key, WHY), "value.returned")
            return
        self._is_refused(give_back, GiveBack(of, f"{key}+", WHY, rest + 1), "value.amount")
        amount = max(rest * tenths // 10, 1)
        parts = self.model.give_back(of, amount, self.now)
        lot = parts[0][0]
        self._answers(give_back, GiveBack(of, key, WHY, amount), parts, self.model.owner[lot.origin], lot.unit)

    @precondition(lambda self: self.opened)
    @rule(which=SOME, tenths=st.integers(1, 10))
    def loses(self, which: int, tenths: int) -> None:
        key, of = self._tick(), sorted(self.opened)[which % len(self.opened)]
        lot = self.opened[of]
        rest = lot.amount - lot.reversed - lot.waived
        if not rest:
            self._is_refused(take_back, TakeBack(of, key, WHY), "value.returned")
            return
        amount = max(rest * tenths // 10, 1)
        waived = self.model.reverse([(lot, amount)])
        receipt = self._answers(take_back, TakeBack(of, key, WHY, amount), [(lot, amount - waived)], self.model.owner[lot.origin], lot.unit)
        money = waived if self.model.refunds[lot.unit] == "deduct_from_refund" else 0
        assert (receipt.waived, receipt.deduct_minor) == (waived, money)

    @rule(who=who, amount=st.integers(100, 30_000))
    def pays(self, who: str, amount: int) -> None:
        person, order = self._person(who), self._tick()
        happens("order.paid", who, self.now, shop="web", order_number=order, amount_minor=amount)
        lot = Lot(person, "points", amount // 100, self.now, None, False, self.now + timedelta(days=2))
        self.orders[order] = (self.model.grant(person, lot, self.now), amount, 0)

    @precondition(lambda self: self.orders)
    @rule(which=SOME, back=st.integers(1, 20_000))
    def is_refunded(self, which: int, back: int) -> None:
        self._tick()
        order = sorted(self.orders)[which % len(self.orders)]
        lot, paid, refunded = self.orders[order]
        happens("order.refunded", "anna", self.now, shop="web", order_number=order, amount_minor=back)
        self.orders[order] = (lot, paid, refunded + back)
        target = (2 * lot.amount * min(refunded + back, paid) + paid) // (2 * paid)
        if target > lot.reversed + lot.waived:
            self.model.reverse([(lot, target - lot.reversed - lot.waived)])

    @rule(who=who, unit=st.just("points"), days=st.sampled_from([1, 20, 200]))
    def is_extended(self, who: str, unit: str, days: int) -> None:
        person, key = self._person(who), self._tick()
        until = self.now + timedelta(days=days)
        lots = [lot for lot in self.model.mine(person, unit) if lot.left and lot.ends is not None and lot.ends < until]
        item = Extend(person, unit, until, key, WHY)
        if not lots:
            self._is_refused(extend, item, "value.insufficient")
            return
        for lot in lots:
            lot.ends = until
        extend(SYSTEM, [item], self.now)

    @rule(one=who, other=who)
    def turn_out_to_be_one(self, one: str, other: str) -> None:
        self._tick()
        before = {self._person(one), self._person(other)}
        if len(before) == 2:
            is_the_same_as(one, other, self.now)
            survivor = self._person(one)
            self.model.merge(survivor, (before - {survivor}).pop())

    @precondition(lambda self: self.asked)
    @rule(which=SOME)
    def asks_again(self, which: int) -> None:
        self._tick()
        service, item, answer = self.asked[which % len(self.asked)]
        assert service(SYSTEM, [item], self.now) == [answer.repeated()]
        self._is_refused(service, item._replace(because=Because("another", "reason", "")), "key.reused")

    @invariant()
    def everything_is_equal(self) -> None:
        if not hasattr(self, "model"):
            return
        self.model.advance(self.now)
        people = sorted(set(self.model.owner.values()))
        told = balances(people, self.now)
        book = judged(people, self.now, UNITS)
        for person in people:
            for unit in UNITS:
                balance = told.get(person, {}).get(unit)
                found = {name: amount for name in type(balance).__slots__ if (amount := getattr(balance, name))} if balance else {}
                assert found == self.model.balance(person, unit)
        theirs = [
            (lot.account.origin, lot.account.unit, lot.amount, lot.remaining, lot.held, lot.is_pending, str(lot.expires_at))
            for person in people
            for lot in book.member(person).lots.values()
            if lot.remaining + lot.held
        ]
        ours = [
            (lot.origin, lot.unit, lot.amount, lot.left, lot.held, lot.opens is not None, str(self.model.ends(lot)))
            for lot in self.model.lots
            if lot.left + lot.held
        ]
        assert sorted(theirs) == sorted(ours)
        assert faults() == {}

    def _person(self, who: str) -> int:
        return member(who)

    def _tick(self) -> str:
        """A second passes, so that no two things happen at once; a key for what happens now."""
        self.now += timedelta(seconds=1)
        self.model.advance(self.now)
        return f"k{next(self.numbers):05}"

    def _answers(self, service: Any, item: Any, parts: list[tuple[Lot, int]], person: int, unit: str) -> Receipt:
        receipt = service(SYSTEM, [item], self.now)[0]
        assert [part.amount for part in receipt.allocations] == [part for _, part in parts]
        assert (receipt.member_id, receipt.unit, receipt.balance) == (person, unit, self.model.available(person, unit))
        self.asked.append((service, item, receipt))
        return receipt

    def _is_refused(self, service: Any, item: Any, code: str) -> None:
        with pytest.raises(Refusal) as refused:
            service(SYSTEM, [item], self.now)
        assert refused.value.code == code


@pytest.mark.django_db
def test_the_ledger_does_what_the_model_does() -> None:
    steps = int(os.environ.get("SIYU_EXAMPLES", "320"))
    bounds = settings(
        max_examples=max(steps // 32, 1),
        stateful_step_count=32,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Machine, settings=bounds)  # type: ignore[no-untyped-call]
