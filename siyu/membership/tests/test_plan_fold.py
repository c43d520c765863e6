"""Paid membership as a fold: days, money, notices, grace, refunds in parts, upgrades, merges."""

from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.membership.rules.plans import Book, Event, Join, Plan, PlanTerms, State, Subscription, Trial, add_period, recognised

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 1, 31, 4, tzinfo=UTC)
FIRST = date(2026, 1, 31)
_keys = count(1)

YEAR = PlanTerms(price_minor=36_500, days=365, rank=1, grace_days=3, notice_days=7, trial=Trial(days=7, price_minor=100))
MONTH = PlanTerms(price_minor=3_000, months=1, rank=1, grace_days=0)
BLACK = PlanTerms(price_minor=73_000, days=365, rank=2)
PLANS = {(code, 1): Plan(code, 1, code, terms) for code, terms in (("year", YEAR), ("month", MONTH), ("black", BLACK))}


def days(number: float) -> timedelta:
    return timedelta(days=number)


def event(kind: str, at: datetime = NOON, member: int = 1, **more) -> Event:
    number = next(_keys)
    return Event(key=UUID(int=number), kind=kind, member=member, at=at, number=number, **more)


def pays(plan: str, amount: int | None = None, at: datetime = NOON, member: int = 1, **more) -> Event:
    amount = PLANS[plan, 1].terms.price_minor if amount is None else amount
    return event("pay", at, member, plan=plan, version=1, amount_minor=amount, paid_at=at, **more)


def gets_back(payment: Event, amount: int, at: datetime, **more) -> Event:
    return event("refund", at, payment.member, of=payment.key, amount_minor=amount, **more)


def walk(*steps: Event | Join, until: datetime = NOON) -> Book:
    return Book(PLANS, lambda _: ZONE).walk(steps, until)


def told(book: Book) -> list[tuple[str, date]]:
    return [(move.name, move.at.astimezone(ZONE).date()) for move in book.moves]


def adds_up(standing: Subscription) -> bool:
    return all(
        sum(term.amount_minor for term in standing.terms if term.payment == one.key)
        == one.amount_minor + one.credit_in_minor - one.credit_out_minor - one.refunded_minor
        for one in standing.payments
    )


def test_a_plan_runs_is_announced_graced_and_ends() -> None:
    book = walk(pays("year"), until=NOON + days(400))

    assert told(book) == [
        ("plan.started", FIRST),
        ("plan.renewal_noticed", FIRST + days(358)),
        ("plan.grace_began", FIRST + days(365)),
        ("plan.ended", FIRST + days(368)),
    ]
    assert book.of(1).state is State.ENDED
    assert book.due_at(1) is None


def test_a_renewal_in_grace_extends_from_the_end_and_not_from_today() -> None:
    book = walk(pays("year"), pays("year", at=NOON + days(367)), until=NOON + days(367))

    assert book.of(1).state is State.ACTIVE
    assert book.of(1).until == FIRST + days(730)
    assert told(book)[-1] == ("plan.renewed", FIRST + days(367))


def test_months_keep_to_the_day_on_which_they_began() -> None:
    book = walk(*(pays("month", at=NOON + days(n)) for n in range(3)))

    assert [term.to_day for term in book.of(1).terms] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert add_period(date(2024, 1, 31), 1, 0, 31) == date(2024, 2, 29)


def test_a_cancelled_plan_runs_to_its_end_without_notice_or_grace() -> None:
    book = walk(pays("year", auto_renew=True), event("cancel", NOON + days(1)), until=NOON + days(400))

    assert told(book)[1:] == [("plan.cancelled", FIRST + days(1)), ("plan.ended", FIRST + days(365))]
    assert book.moves[-1].properties["because"] == "cancelled"


def test_a_resumed_plan_is_announced_again() -> None:
    steps = [pays("year"), event("cancel", NOON + days(1)), event("resume", NOON + days(2))]

    assert walk(*steps, until=NOON + days(360)).of(1).state is State.ACTIVE
    assert told(walk(*steps, until=NOON + days(360)))[-1] == ("plan.renewal_noticed", FIRST + days(358))


def test_a_trial_that_nobody_prolongs_ends_and_one_that_is_paid_for_goes_on_behind_itself() -> None:
    trial = pays("year", 100, is_trial=True)

    assert walk(trial, until=NOON + days(8)).of(1).state is State.ENDED
    going_on = walk(trial, pays("year", at=NOON + days(2)), until=NOON + days(8))
    assert going_on.of(1).state is State.ACTIVE
    assert going_on.of(1).until == FIRST + days(7 + 365)


def test_a_refund_in_parts_takes_exactly_the_days_of_the_whole() -> None:
    payment = pays("year", 39_900)
    parts = [gets_back(payment, 13_300, NOON + days(n)) for n in (10, 20, 30)]

    after_two = walk(payment, *parts[:2], until=NOON + days(21)).of(1)
    after_three = walk(payment, *parts, until=NOON + days(31)).of(1)

    assert after_two.until == FIRST + days(365 - 365 * 2 // 3)
    assert after_three.state is State.ENDED
    assert after_three.payments[0].refunded_minor == 39_900
    assert sum(term.amount_minor for term in after_three.terms) == 0


def test_a_refund_that_ends_keeps_what_was_used_and_forfeits_what_is_not_paid_back() -> None:
    payment = pays("year")
    standing = walk(payment, gets_back(payment, 20_000, NOON + days(100), ends=True), until=NOON + days(100)).of(1)

    assert standing.state is State.ENDED
    assert [(term.kind, term.days, term.amount_minor) for term in standing.terms] == [("paid", 100, 10_000), ("kept", 0, 6_500)]


def test_an_upgrade_begins_at_once_with_credit_for_the_rest() -> None:
    standing = walk(pays("year"), pays("black", 73_000 - 26_500, at=NOON + days(100)), until=NOON + days(100)).of(1)

    assert (standing.plan, standing.until) == ("black", FIRST + days(465))
    assert [term.amount_minor for term in standing.terms] == [10_000, 73_000]
    assert adds_up(standing)


def test_who_pays_the_full_price_of_an_upgrade_gets_the_credit_as_days() -> None:
    standing = walk(pays("year"), pays("black", at=NOON + days(100)), until=NOON + days(100)).of(1)

    assert standing.until == FIRST + days(100 + 365) + days(26_500 * 365 // 73_000)


def test_a_lower_plan_waits_for_the_end_of_the_higher() -> None:
    book = walk(pays("black"), pays("month", at=NOON + days(5)), until=NOON + days(370))

    assert book.of(1).plan == "month"
    assert told(book)[1] == ("plan.queued", FIRST + days(5))
    assert told(book)[2:] == [("plan.ended", FIRST + days(365)), ("plan.started", FIRST + days(365))]


def test_of_two_plans_of_one_person_the_longer_goes_on_and_the_rest_of_the_other_is_added() -> None:
    join = Join(1, NOON + days(60), survivor=1, loser=2)
    book = walk(pays("year"), pays("year", at=NOON + days(30), member=2), join, until=NOON + days(60))

    assert book.of(2) is book.of(1)
    assert book.of(1).until == FIRST + days(30 + 365 + 305)
    assert adds_up(book.of(1))
    assert told(book)[-1] == ("plan.started", FIRST + days(30))


def test_a_plan_that_ended_adds_nothing_to_one_that_runs() -> None:
    old, new = pays("month", member=2), pays("year", at=NOON)
    book = walk(old, new, Join(1, NOON + days(60), survivor=1, loser=2), until=NOON + days(60))

    assert (book.of(1).state, book.of(1).until) == (State.ACTIVE, FIRST + days(365))


def test_a_payment_that_arrives_late_counts_from_its_day() -> None:
    book = walk(event("pay", NOON + days(3), plan="year", version=1, amount_minor=36_500, paid_at=NOON), until=NOON + days(3))

    assert book.of(1).since == FIRST
    assert recognised(book.of(1).terms[0], FIRST + days(3)) == 300


@st.composite
def lives(draw: st.DrawFn) -> list[Event | Join]:
    at, steps, payments = NOON, [], []
    for number in range(draw(st.integers(1, 12))):
        at += days(draw(st.sampled_from([0, 0, 1, 9, 40, 200])))
        member = draw(st.sampled_from([1, 1, 2]))
        match draw(st.sampled_from(["pay", "pay", "pay", "trial", "refund", "end", "cancel", "resume", "join"])):
            case "pay":
                payments.append(
                    pays(draw(st.sampled_from(["year", "month", "black"])), draw(st.sampled_from([0, 2_999, 36_500, 80_001])), at, member)
                )
                steps.append(payments[-1])
            case "trial":
                payments.append(pays("year", 100, at, member, is_trial=True))
                steps.append(payments[-1])
            case "refund" | "end" as kind if payments:
                amount = draw(st.sampled_from([1, 1_000, 12_167, 99_999]))
                steps.append(gets_back(draw(st.sampled_from(payments)), amount, at, ends=kind == "end"))
            case "join":
                steps.append(Join(number, at, 1, 2))
            case kind:
                steps.append(event(kind if kind in ("cancel", "resume") else "cancel", at, member))
    return steps


@settings(max_examples=50, deadline=None)
@given(lives())
def test_money_always_adds_up_and_days_never_overlap(steps: list[Event | Join]) -> None:
    last = max(step.at for step in steps)
    for until in (last, last + days(2_000)):
        book = walk(*steps, until=until)
        for standing in book.members.values():
            assert adds_up(standing)
            assert all(term.amount_minor >= 0 for term in standing.terms if term.covers)
            today = until.astimezone(ZONE).date()
            coming = [term for term in standing.terms if term.covers and term.to_day > today]
            assert all(one.to_day == next_one.from_day for one, next_one in pairwise(coming))
            if standing.state in ("trial", "active", "cancelled"):
                assert standing.term_on(today) is not None
        assert all(one.at <= other.at for one, other in pairwise(book.moves) if one.member == other.member)


@settings(max_examples=30, deadline=None)
@given(lives())
def test_what_was_told_stays_told_when_more_happens(steps: list[Event | Join]) -> None:
    ordered = sorted(steps, key=lambda step: step.place)
    for cut in range(1, len(ordered)):
        after = walk(*ordered, until=ordered[-1].at).moves
        assert all(move in after for move in walk(*ordered[:cut], until=ordered[cut - 1].at).moves)
