"""Tiers by example: windows, keep-lines, periods, grace, floors, changes of programme. Every way through the fold equals its replay."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.loyalty.rules import TRACK, Standing, replayed
from siyu.loyalty.rules.standing import judged
from siyu.loyalty.rules.tiers.days import Zones
from siyu.loyalty.rules.tiers.judging import judge
from siyu.loyalty.rules.tiers.value import Holding
from siyu.loyalty.tests.climbing import RULES, Life, climbing, day, track
from siyu.loyalty.tests.given import ZONE, days

YEAR = {"kind": "calendar", "span": "year"}
ROLLING = {"kind": "rolling", "days": 365}
TWELVE_MONTHS = {"kind": "for", "months": 12}
STEPS = (("plain", 0), ("silver", 1_000, 800), ("gold", 5_000))


def same_as_replay(life: Life, code: str = TRACK) -> None:
    """What the fold left is what the movements alone lead to."""
    member = life.member
    own = life.book.programme.track(code)
    assert own is not None
    again = replayed(life.book.programme, own, member.movements, member.floors.get(code, ()), until=life.book.until)
    assert again == member.standings.get(code, Standing())


def test_growth_below_the_line_lowers_at_once() -> None:
    life = Life(climbing(track(("plain", 0), ("silver", 500), ("gold", 2_000))))
    life.pays(2_100, "A", day("2026-03-02")).gets_back(200, "A", day("2026-03-05"))

    assert life.told() == [("2026-03-02", "plain", "gold", "reached"), ("2026-03-05", "gold", "silver", "lowered")]


def test_a_keep_line_lower_than_the_line_holds_the_tier() -> None:
    life = Life(climbing(track(*STEPS)))
    life.pays(1_000, "A", day("2026-03-02")).gets_back(200, "A", day("2026-03-05"))
    assert life.tier == "silver"

    life.gets_back(1, "A", day("2026-03-06"))

    assert life.told()[-1] == ("2026-03-06", "silver", "plain", "lowered")
    same_as_replay(life)


def test_a_tier_reached_holds_for_its_term_and_is_then_judged_by_its_keep_line() -> None:
    life = Life(climbing(track(*STEPS, window=ROLLING, valid=TWELVE_MONTHS)))
    life.grows(5_000, day("2026-03-02")).grows(900, day("2026-12-01")).waits(day("2027-03-02"))
    assert life.tier == "gold"
    assert life.standing().ends_at == day("2027-03-03", 0)

    life.waits(day("2027-03-03", 0))

    assert life.told()[-1] == ("2027-03-03", "gold", "plain", "lowered")
    same_as_replay(life)


def test_one_level_at_a_time_is_a_soft_landing() -> None:
    life = Life(climbing(track(*STEPS, window=ROLLING, valid=TWELVE_MONTHS, downgrade="one_down")))
    life.grows(5_000, day("2026-03-02")).waits(day("2028-03-10"))

    assert life.told() == [
        ("2026-03-02", "plain", "gold", "reached"),
        ("2027-03-03", "gold", "silver", "lowered"),
        ("2028-03-04", "silver", "plain", "lowered"),
    ]
    same_as_replay(life)


def test_whoever_meets_the_keep_line_keeps_the_tier_for_another_term() -> None:
    life = Life(climbing(track(*STEPS, window=ROLLING, valid=TWELVE_MONTHS)))
    life.grows(1_000, day("2026-03-02")).grows(800, day("2026-10-01")).waits(day("2027-03-03", 0))

    assert life.told()[-1] == ("2027-03-03", "silver", "silver", "kept")
    assert life.standing().ends_at == day("2028-03-04", 0)
    same_as_replay(life)


def test_days_of_grace_let_a_member_catch_up() -> None:
    programme = climbing(track(*STEPS, window=YEAR, valid={"kind": "until_end_of", "span": "year", "more": 1}, grace_days=30))
    life = Life(programme).grows(1_000, day("2026-03-02")).grows(500, day("2027-06-01")).waits(day("2028-01-01", 0))
    assert (life.tier, life.standing().grace_until) == ("silver", day("2028-02-01", 0))

    life.grows(300, day("2028-01-20"))

    assert life.told()[-1] == ("2028-01-20", "silver", "silver", "kept")
    same_as_replay(life)


def test_grace_that_runs_out_lowers() -> None:
    programme = climbing(track(*STEPS, window=YEAR, valid={"kind": "until_end_of", "span": "year", "more": 1}, grace_days=30))
    life = Life(programme).grows(1_000, day("2026-03-02")).grows(299, day("2028-01-20")).waits(day("2028-02-01", 0))

    assert life.told()[-1] == ("2028-02-01", "silver", "plain", "lowered")
    same_as_replay(life)


def test_a_rolling_window_turns_at_business_midnight() -> None:
    life = Life(climbing(track(*STEPS, window={"kind": "rolling", "days": 30})))
    life.grows(1_000, day("2026-03-02", 23)).waits(day("2026-04-01", 0) - timedelta(seconds=1))
    assert life.tier == "silver"

    life.waits(day("2026-04-01", 0))

    assert life.told()[-1] == ("2026-04-01", "silver", "plain", "lowered")
    same_as_replay(life)


def test_a_leap_day_has_its_anniversary_on_the_last_of_february() -> None:
    programme = climbing(track(*STEPS, from_day=date(2024, 1, 1), window={"kind": "since_joining"}, valid=TWELVE_MONTHS))
    life = Life(programme).grows(1_000, day("2028-02-29")).waits(day("2029-03-01", 0) - timedelta(seconds=1))
    assert life.tier == "silver"

    life.waits(day("2029-03-01", 0))

    assert life.tier == "plain"  # the year of its joining ended with 27 February, and nothing was added since
    same_as_replay(life)


def test_another_zone_moves_the_midnights_after_its_day_only() -> None:
    zones = Zones(ZONE, ((date(2026, 3, 20), ZoneInfo("Europe/Berlin")),))
    life = Life(climbing(track(*STEPS, window={"kind": "rolling", "days": 30}), zones=zones))
    life.grows(1_000, day("2026-03-02", 23)).waits(day("2026-04-01", 5))
    assert life.tier == "silver"

    life.waits(day("2026-04-01", 6))  # midnight in Berlin, where summer time has begun

    assert life.tier == "plain"
    same_as_replay(life)


def test_what_a_change_of_tier_clears_is_judged_first() -> None:
    life = Life(climbing(track(*STEPS, window={"kind": "since_entering"}, valid={"kind": "for", "months": 6})))
    life.pays(6_000, "A", day("2026-03-02"))
    assert (life.tier, life.standing().growth) == ("gold", 0)

    life.gets_back(6_000, "A", day("2026-04-01")).grows(5_000, day("2026-05-01"))
    assert (life.tier, life.standing().growth) == ("gold", 5_000)  # later growth owes nothing

    life.waits(day("2026-09-03", 0))
    assert life.told()[-1] == ("2026-09-03", "gold", "gold", "kept")
    assert life.standing().growth == 0
    same_as_replay(life)


def test_the_order_at_hand_counts_for_its_own_judgement() -> None:
    life = Life(climbing(track(("plain", 0), ("silver", 196_000))))
    life.pays(196_000, "A", day("2026-03-02"))
    assert life.told() == [("2026-03-02", "plain", "silver", "reached")]


def test_spending_counts_net_of_refunds_and_spent_points_still_count_as_earned() -> None:
    spend = track(("plain", 0), ("silver", 1_000), code="spend", unit="spend", window=ROLLING)
    points = track(("plain", 0), ("silver", 20), code="points", unit="points", window=ROLLING)
    life = Life(climbing(track(("plain", 0)), spend, points))
    life.pays(1_200, "A", day("2026-03-02"))
    assert life.standing("spend").tier == "silver"

    life.gets_back(300, "A", day("2026-03-05"))

    assert (life.standing("spend").tier, life.standing("spend").growth) == ("plain", 900)
    same_as_replay(life, "spend")


def test_a_floor_holds_a_tier_until_it_ends() -> None:
    life = Life(climbing(track(*STEPS))).grows(10, day("2026-03-01"))
    life.is_granted("gold", day("2026-03-02"), day("2026-06-01", 0)).grows(1_000, day("2026-04-01"))
    assert (life.tier, life.standing().own) == ("gold", "silver")

    life.waits(day("2026-06-01", 0))

    assert life.told() == [("2026-03-02", "plain", "gold", "floor"), ("2026-06-01", "gold", "silver", "floor")]
    same_as_replay(life)


def test_a_floor_is_granted_to_whoever_has_nothing_yet() -> None:
    life = Life(climbing(track(*STEPS))).is_granted("silver", day("2026-03-02"), day("2026-06-01", 0))
    assert life.tier == "silver"
    assert life.waits(day("2026-06-02")).tier == "plain"


def test_a_new_programme_judges_at_once_in_the_middle_of_a_period() -> None:
    old = track(*STEPS, window=ROLLING, valid=TWELVE_MONTHS)
    new = track(("plain", 0), ("star", 700), ("gold", 9_000), version=2, from_day=date(2026, 6, 1), window=ROLLING, valid=TWELVE_MONTHS)
    life = Life(climbing(old, new)).grows(5_000, day("2026-03-02")).waits(day("2026-06-01", 0))

    assert life.told()[-1] == ("2026-06-01", "gold", "star", "programme")
    assert life.standing().ends_at == day("2027-06-02", 0)
    same_as_replay(life)


def test_members_may_keep_their_version_until_their_next_judgement() -> None:
    old = track(*STEPS, window=ROLLING, valid=TWELVE_MONTHS)
    new = track(
        ("plain", 0), ("silver", 2_000), ("gold", 9_000), version=2, from_day=date(2026, 6, 1), migration="at_next",
        window=ROLLING, valid=TWELVE_MONTHS,
    )  # fmt: skip
    life = Life(climbing(old, new)).grows(5_000, day("2026-03-02")).grows(3_000, day("2026-12-01")).waits(day("2027-03-02"))
    assert (life.tier, life.standing().version) == ("gold", 1)
    fresh = Life(life.book.programme, 2).grows(1_500, day("2026-07-01"))
    assert (fresh.tier, fresh.standing().version) == ("plain", 2)

    life.waits(day("2027-03-03", 0))

    assert (life.tier, life.standing().version) == ("silver", 2)
    same_as_replay(life)


def test_members_may_be_moved_by_hand() -> None:
    old, later = track(*STEPS), day("2026-08-01")
    new = track(("plain", 0), ("star", 10), version=2, from_day=date(2026, 6, 1), migration="by_hand", by_hand_at=later)
    life = Life(climbing(old, new)).grows(1_000, day("2026-03-02")).grows(1, day("2026-07-01"))
    assert (life.tier, life.standing().version) == ("silver", 1)

    assert life.waits(later).tier == "star"
    same_as_replay(life)


LADDERS = {
    "plain": track(*(step[:2] for step in STEPS)),
    "kept": track(*STEPS),
    "rolling": track(*STEPS, window={"kind": "rolling", "days": 40}),
    "term": track(*STEPS, window=ROLLING, valid={"kind": "for", "days": 20, "months": 0}, downgrade="one_down", grace_days=5),
    "calendar": track(*STEPS, window={"kind": "calendar", "span": "month"}, valid={"kind": "until_end_of", "span": "month", "more": 1}),
    "joining": track(*STEPS, window={"kind": "since_joining"}, grace_days=3),
    "entering": track(*STEPS, window={"kind": "since_entering"}, valid={"kind": "for", "days": 15, "months": 0}),
}
SECOND = {"version": 2, "from_day": date(2026, 4, 1)}
AFTER = {
    "none": None,
    "at_once": track(("plain", 0), ("silver", 600), ("gold", 2_000), **SECOND, window={"kind": "rolling", "days": 60}),
    "at_next": track(("plain", 0), ("silver", 600, 300), ("gold", 2_000), **SECOND, migration="at_next", valid=TWELVE_MONTHS),
}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """What happens to two people over months: growth, orders, refunds, floors, waiting, and perhaps that they are one."""
    at, events = day("2026-03-01"), []
    for _ in range(draw(st.integers(1, 14))):
        at += timedelta(hours=draw(st.sampled_from([0, 5, 24, 24 * 9, 24 * 33])))
        kind = draw(st.sampled_from(["grows", "grows", "pays", "gets_back", "waits", "is_granted", "meets"]))
        who, amount = draw(st.sampled_from([0, 1])), draw(st.sampled_from([100, 450, 1_000, 5_200]))
        order = draw(st.sampled_from(["A", "B"]))
        events.append((kind, who, at, amount, order))
    return events


def live(programme: Any, events: list[tuple[Any, ...]], patience: Any) -> list[Life]:
    book_of = Life(programme)
    other = Life(programme, 2)
    other.book = book_of.book
    people = [book_of, other]
    for kind, who, at, amount, order in events:
        life = people[who]
        if patience:
            life.waits(at)
        if kind == "grows":
            life.grows(amount, at)
        elif kind == "pays":
            life.pays(amount, order, at)
        elif kind == "gets_back":
            life.gets_back(amount, order, at)
        elif kind == "waits":
            life.waits(at)
        elif kind == "is_granted":
            life.is_granted("silver", at, at + days(20))
        elif len({book_of.member.id, other.member.id}) == 2:
            book_of.meets(2, at)
    book_of.waits(events[-1][2] + days(100))
    return people


@settings(max_examples=150, deadline=None)
@given(lives(), st.sampled_from(sorted(LADDERS)), st.sampled_from(sorted(AFTER)))
def test_the_fold_is_its_replay_and_patience_changes_nothing(events: list[tuple[Any, ...]], first: str, second: str) -> None:
    ladders = [ladder for ladder in (LADDERS[first], AFTER[second]) if ladder is not None]
    lived = [live(climbing(*ladders), events, patience) for patience in (False, True)]

    for people in lived:
        for life in people:
            if not (life.book.programme.main.is_plain and life.member.is_joined):
                member = life.member
                if life.book.programme.main.is_plain:
                    continue
                same_as_replay(life)
                assert member.standing.due_at is None or member.standing.due_at > (life.book.until or day("2026-01-01"))
    assert [one.member.standings for one in lived[0]] == [one.member.standings for one in lived[1]]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([-900, -100, 100, 700, 4_000]), st.integers(0, 40)), min_size=1, max_size=12))
def test_the_short_way_of_plain_tracks_is_the_judgement(moves: list[tuple[int, int]]) -> None:
    own = climbing(LADDERS["plain"], track(("plain", 0), ("star", 800), version=2, from_day=date(2026, 3, 20))).main
    short, long, growth, at = Standing(), Standing(), 0, day("2026-03-01")
    for amount, later in moves:
        at, growth = at + days(later), max(growth + amount, 0)
        if (switch := own.switch(short.version, short.since)) is not None and switch[0] <= at:
            short, one = judged(own, short, short.growth, switch[0])
            long, steps = judge(own, long, Holding(long.growth), switch[0], moved=False)
            assert ([one] if one else []) == steps
        short, one = judged(own, short, growth, at)
        long, steps = judge(own, long, Holding(growth), at, moved=True)
        assert ([one] if one else []) == steps
        assert short[:4] == long[:4]


def test_the_rules_of_these_tests_are_what_they_say() -> None:
    assert [rule.definition.unit for rule in RULES] == ["growth", "growth", "spend", "points"]


@pytest.mark.parametrize("first", sorted(LADDERS))
def test_two_who_are_one_stand_where_their_movements_lead(first: str) -> None:
    programme = climbing(LADDERS[first])
    one, other = Life(programme), Life(programme, 2)
    other.book = one.book
    one.grows(600, day("2026-03-02"))
    other.grows(500, day("2026-03-03"))
    one.meets(2, day("2026-03-04"))
    assert one.tier == "silver"
    assert one.told() == []


def gifted(life: Life) -> list[tuple[str, str, int]]:
    return [(f"{p.at.astimezone(ZONE):%m-%d}", p.account.unit, p.amount) for p in life.book.postings if p.kind == "gift"]


def test_reaching_a_tier_gives_its_gifts_once_and_each_step_climbed_gives_its_own() -> None:
    own = track(("plain", 0), ("silver", 1_000, None, [("points", 50)]), ("gold", 5_000, None, [("points", 200)]))
    life = Life(climbing(own)).pays(6_000, "A", day("2026-03-02")).gets_back(6_000, "A", day("2026-03-05")).grows(1_000, day("2026-03-09"))

    assert gifted(life) == [("03-02", "points", 50), ("03-02", "points", 200)]
    assert [move[1:3] for move in life.told()] == [("plain", "gold"), ("gold", "plain"), ("plain", "silver")]


def test_a_gift_of_growth_may_reach_the_next_tier_and_is_told_as_one_move() -> None:
    own = track(("plain", 0), ("silver", 1_000, None, [("growth", 4_000)]), ("gold", 5_000, None, [("points", 200)]))
    life = Life(climbing(own)).grows(1_000, day("2026-03-02"))

    assert gifted(life) == [("03-02", "growth", 4_000), ("03-02", "points", 200)]
    assert life.told() == [("2026-03-02", "plain", "gold", "reached")]


def test_gifts_may_come_each_time() -> None:
    own = track(("plain", 0), ("silver", 1_000, None, [("points", 50)]), gifts="each_time")
    life = Life(climbing(own)).pays(1_000, "A", day("2026-03-02")).gets_back(1_000, "A", day("2026-03-05")).grows(1_000, day("2026-03-09"))
    assert gifted(life) == [("03-02", "points", 50), ("03-09", "points", 50)]
