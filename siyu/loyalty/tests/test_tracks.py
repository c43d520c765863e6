"""Tracks on rows, through the pump and the services: announced, judged, granted by hand, merged and parted, foreseen."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty import everybody
from siyu.loyalty.queries import floors_of, projection, projections, simulate, standings, track_versions
from siyu.loyalty.rules.tiers.terms import Lifetime, Rolling, Terms
from siyu.loyalty.services import Step, draft_tiers, grant_tier, move_members, publish_tiers, take_tier_away, withdraw
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, install, is_the_same_as, member, pays, rows
from siyu.members.services import undo_merge
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
SPEND = {"unit": "spend", "window": {"kind": "rolling", "days": 30}, "valid": {"kind": "for", "months": 0, "days": 30}, "grace_days": 7}
STEPS = [Step("one", "一级", 0), Step("two", "二级", 50_000, keep=30_000), Step("three", "三级", 200_000)]


def tier_on(who: str, track: str = "spend") -> tuple[str, int]:
    return rows("SELECT tier, growth FROM loyalty_standing WHERE member_id = %s AND track = %s", [member(who), track])[0]


def told(track: str) -> list[tuple]:
    return rows(
        "SELECT properties->>'from', properties->>'to', properties->>'why' FROM facts_log WHERE name = 'tier.changed'"
        " AND properties->>'track' = %s ORDER BY occurred_at, id",
        [track],
    )


def spend_track(**more: object) -> int:
    return publish_tiers(SYSTEM, STEPS, FIRST_DAY, today=FIRST_DAY, track="spend", name="消费等级", terms=SPEND | more, now=START)


def test_a_track_of_spending_makes_its_own_measure_and_is_judged_by_time() -> None:
    install()
    spend_track()
    pays("anna", 60_000, "A1")
    gets_back("anna", 5_000, "A1", START + days(1))
    assert tier_on("anna") == ("two", 55_000)

    pump(START + days(90))

    assert tier_on("anna")[0] == "one"
    assert told("spend") == [("one", "two", "reached"), ("two", "one", "lowered")]
    assert standings([member("anna")])[member("anna")].code == "bronze"  # the main track has its own way
    assert faults() == {}


def test_what_is_foreseen_is_what_happens() -> None:
    install()
    spend_track()
    pays("anna", 60_000, "A1")
    foreseen = projections(member("anna"), START + days(2))[1]
    assert (foreseen.keep_missing, foreseen.last_day, foreseen.next_missing) == (30_000, date(2026, 4, 1), 140_000)

    pays("anna", 30_000, "A2", START + days(20))
    assert projections(member("anna"), START + days(21))[1].keep_missing == 0
    pump(START + days(31))

    assert told("spend")[-1] == ("two", "two", "kept")


def test_a_merge_and_its_undo_replay_every_track() -> None:
    install()
    spend_track()
    pays("anna", 30_000, "A1")
    pays("ben", 30_000, "B1", START + days(1))
    is_the_same_as("anna", "ben", START + days(2))
    assert tier_on("anna") == ("two", 60_000)

    undo_merge(SYSTEM, rows("SELECT id FROM members_merge_log")[0][0], "两个人", now=START + days(3))

    assert (tier_on("anna"), tier_on("ben")) == (("one", 30_000), ("one", 30_000))
    assert faults() == {}


@pytest.mark.parametrize(
    ("last", "words"), [(date(2026, 6, 30), "granted by hand through 2026-06-30"), (date.max, "granted by hand for ever")]
)
def test_a_granted_tier_says_through_which_day_it_holds(last: date, words: str) -> None:
    install()
    pays("anna", 10_000, "A1")

    grant_tier(SYSTEM, member("anna"), "gold", last, "补偿", now=START + days(1))

    with translation.override("en"):
        foreseen = projection(member("anna"), START + days(2))
    assert foreseen is not None
    assert words in foreseen.words


def test_staff_grant_a_tier_and_take_it_away() -> None:
    install()
    pays("anna", 10_000, "A1")
    anna = member("anna")

    floor = grant_tier(SYSTEM, anna, "gold", date(2026, 6, 30), "补偿", now=START + days(1))

    assert standings([anna])[anna].code == "gold"
    foreseen = projection(anna, START + days(2))
    assert foreseen is not None
    assert foreseen.floor_until is not None
    pump(START + days(2))
    assert told("growth") == [("bronze", "gold", "floor")]
    take_tier_away(SYSTEM, floor, "误发", now=START + days(3))
    pump(START + days(4))
    assert standings([anna])[anna].code == "bronze"
    assert [one.removed_because for one in floors_of(anna)] == ["误发"]
    with pytest.raises(Refusal, match=r"floor\.unknown"):
        take_tier_away(SYSTEM, floor, "又来", now=START + days(3))
    assert faults() == {}


def test_a_granted_tier_ends_by_itself_and_follows_a_merge() -> None:
    install()
    pays("anna", 10_000, "A1")
    pays("ben", 10_000, "B1")
    grant_tier(SYSTEM, member("ben"), "gold", date(2026, 3, 20), "补偿", now=START + days(1))
    is_the_same_as("anna", "ben", START + days(2))
    assert standings([member("anna")])[member("anna")].code == "gold"

    pump(START + days(40))

    assert standings([member("anna")])[member("anna")].code == "bronze"
    assert faults() == {}


def test_a_version_that_begins_judges_every_member_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everybody, "LIMIT", 2)
    install()
    spend_track(grace_days=0)
    for number in range(5):
        pays(f"m{number}", 40_000 + 10_000 * number, f"M{number}")
    lower = [Step("one", "一级", 0), Step("two", "二级", 45_000), Step("star", "星", 75_000)]
    publish_tiers(SYSTEM, lower, date(2026, 3, 9), today=TODAY, track="spend", now=START)
    draft = simulate("spend", Terms(unit="spend", window=Rolling(days=30)), [(s.code, s.threshold) for s in lower], START + days(1))

    pump(START + days(8))

    assert [tier_on(f"m{number}")[0] for number in range(5)] == ["one", "two", "two", "two", "star"]
    assert {(move.before, move.after): move.members for move in draft.moves} == {("one", "one"): 1, ("two", "two"): 3, ("two", "star"): 1}
    assert [one.after for one in draft.sample] == ["star"]
    assert faults() == {}


def test_a_new_track_finds_members_who_had_its_measure_before() -> None:
    install()
    pays("anna", 300_000, "A1", is_in_store=True)
    pump(START + days(8))
    steps = [Step("low", "低", 0), Step("rich", "多", 2_000)]
    publish_tiers(SYSTEM, steps, date(2026, 3, 20), today=date(2026, 3, 10), track="points", terms={"unit": "points"}, now=START + days(8))

    pump(START + days(20))

    assert tier_on("anna", "points") == ("rich", 3_000)
    assert told("points") == [("low", "rich", "programme")]


def test_gifts_of_a_tier_are_in_the_ledger_once() -> None:
    install()
    steps = [Step("bronze", "普通", 0), Step("silver", "银卡", 300, gifts=(("points", 88),))]
    publish_tiers(SYSTEM, steps, date(2026, 3, 3), today=TODAY, now=START)
    pays("anna", 40_000, "A1", START + days(1))
    gets_back("anna", 40_000, "A1", START + days(2))
    pays("anna", 40_000, "A2", START + days(3))

    assert rows("SELECT amount FROM loyalty_entry WHERE kind = 'gift'") == [(88,)]
    assert faults() == {}


def test_versions_are_drafted_announced_withdrawn_and_moved() -> None:
    install()
    assert draft_tiers(SYSTEM, "growth", "成长", {"grace_days": 5}, STEPS, now=START) == 2
    assert [(one.version, one.state) for one in track_versions("growth")] == [(2, "draft"), (1, "announced")]
    with pytest.raises(Refusal, match=r"tiers\.notice"):
        publish_tiers(SYSTEM, STEPS, date(2026, 3, 5), today=TODAY, notice_days=7)
    publish_tiers(SYSTEM, STEPS, date(2026, 3, 9), today=TODAY, notice_days=7, migration="by_hand", now=START)
    withdraw(SYSTEM, "growth", 2, today=TODAY, now=START)
    assert track_versions("growth")[0].state == "withdrawn"
    assert publish_tiers(SYSTEM, STEPS, date(2026, 3, 9), today=TODAY, migration="by_hand", now=START) == 2
    pays("anna", 100, "A1")
    pump(START + days(10))
    assert rows("SELECT version FROM loyalty_standing") == [(1,)]

    move_members(SYSTEM, "growth", 2, now=START + days(11))
    pump(START + days(11) + timedelta(minutes=1))

    assert rows("SELECT version, tier FROM loyalty_standing") == [(2, "one")]
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'programme.announced'")[0][0] >= 1


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"unit": "miles"}, "tiers.unit"),
        ({"unit": "acts"}, "tiers.unit"),
        ({"window": {"kind": "rolling"}}, "tiers.terms"),
        ({"window": {"kind": "since_entering"}}, "tiers.terms"),
        ({"downgrade": "one_down"}, "tiers.terms"),
        ({"colour": "red"}, "tiers.terms"),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: dict, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        publish_tiers(SYSTEM, STEPS, TODAY, today=TODAY, terms=terms)
    assert refused.value.code == code


def test_a_simulation_of_growth_counts_who_would_move() -> None:
    install()
    pays("anna", 60_000, "A1")
    pays("ben", 10_000, "B1")

    found = simulate("growth", Terms(window=Lifetime()), [("bronze", 0), ("star", 500)], START)

    assert {(move.before, move.after): move.members for move in found.moves} == {("bronze", "star"): 1, ("bronze", "bronze"): 1}
    assert (found.members, found.moving) == (2, 1)
