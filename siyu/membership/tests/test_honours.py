"""Badges by rule and by hand, leaderboards with ties, anniversaries and what is done on them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from siyu.facts.pump import pump
from siyu.loyalty.tests.scene import START, days, gets_back, happens, is_the_same_as, member, rows
from siyu.membership import merger, privacy
from siyu.membership.queries.honours import badges_of, cards_of, is_shown_on_boards, standings_of
from siyu.membership.rules.leaderboards import ranks
from siyu.membership.rules.periods import anniversary, full_years, period_of
from siyu.membership.services.honours import (
    award_badge,
    judge_badge,
    publish_board,
    refresh_boards,
    revoke_badge,
    set_ritual,
    show_on_boards,
)
from siyu.membership.tests.counter import available, person
from siyu.membership.tests.deeds import checks_in, install_behaviours, pays, reviews
from siyu.membership.tests.test_verify import broken
from siyu.merchant.rules import SYSTEM, Actor

LI = Actor("staff", 1, "Li")


def test_ties_share_a_rank() -> None:
    assert ranks([9, 7, 7, 3]) == [1, 2, 2, 4]
    assert ranks([]) == []


def test_periods_and_anniversaries_keep_to_the_calendar() -> None:
    assert period_of("week", date(2026, 3, 4)) == (date(2026, 3, 2), date(2026, 3, 8))
    assert period_of("month", date(2024, 2, 10)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert period_of("month", date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    leap = date(2024, 2, 29)
    assert [anniversary(leap, years) for years in (1, 4)] == [date(2025, 2, 28), date(2028, 2, 29)]
    assert [full_years(leap, day) for day in (date(2025, 2, 27), date(2025, 2, 28), date(2028, 2, 28))] == [0, 1, 3]


def held(who: str) -> list[tuple[str, int]]:
    return [(badge.code, badge.level) for badge in badges_of(member(who))]


@pytest.mark.django_db
def test_badges_follow_what_members_do_and_fall_where_they_may() -> None:
    install_behaviours()
    for number in range(3):
        pays("anna", f"A{number}", START + days(number))
        checks_in("anna", START + days(number))
    assert held("anna") == [("regular", 2), ("faithful", 1)]

    gets_back("anna", 5_000, "A2", START + days(4))

    assert held("anna") == [("regular", 1), ("faithful", 1)]
    reviews("anna", START + days(5))
    reviews("anna", START + days(6))
    assert ("reviewer", 1) in held("anna")
    assert broken() == []


@pytest.mark.django_db
def test_a_badge_by_hand_is_given_with_a_reason_and_taken_back() -> None:
    install_behaviours()
    anna = person("anna", 0)

    assert award_badge(LI, [anna], "founder", 1, "首批顾客", now=START) == 1
    assert award_badge(LI, [anna], "founder", 1, "首批顾客", now=START) == 0
    assert badges_of(anna)[0].by == "Li"
    assert revoke_badge(LI, anna, "founder", 1, "弄错了", now=START + days(1))
    assert held("anna") == []
    assert award_badge(LI, [anna], "founder", 1, "没有弄错", now=START + days(2)) == 1
    pump(START + days(2))
    assert rows("SELECT count(*) FROM facts_log WHERE name LIKE 'badge.%%'")[0][0] == 3


@pytest.mark.django_db
def test_a_new_badge_is_given_to_who_earned_it_before() -> None:
    for number in range(3):
        pays("anna", f"A{number}", START + days(number))
    pays("ben", "B1", START)
    identify()
    install_behaviours()

    assert judge_badge(SYSTEM, "regular", now=START + days(4)) == 3
    assert judge_badge(SYSTEM, "regular", now=START + days(5)) == 0

    pump(START + days(5))
    assert (held("anna"), held("ben")) == ([("regular", 2)], [("regular", 1)])
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'badge.awarded'")[0][0] == 3


def board(measure: str = "check_ins", **more: object) -> None:
    publish_board(SYSTEM, "board", "榜", {"measure": measure, **more}, date(2026, 3, 1), now=START)


def identify() -> None:
    rows("UPDATE members_member SET is_identified = true, nickname = 'N' || id RETURNING id")


@pytest.mark.django_db
def test_a_board_ranks_with_ties_and_hides_who_wishes() -> None:
    for who, times in (("anna", 3), ("ben", 2), ("cleo", 2), ("dora", 1)):
        for number in range(times):
            checks_in(who, START + days(number))
    identify()
    board(top=3)
    show_on_boards(SYSTEM, member("ben"), shown=False, now=START)

    refresh_boards(START + days(3))

    found = standings_of("board", member_id=member("dora"))
    assert found is not None
    assert [(place.rank, place.value) for place in found.places] == [(1, 3), (2, 2), (2, 2)]
    assert [bool(place.name) for place in found.places if place.member_id == member("ben")] == [False]
    assert (found.own_rank, found.own_value, found.is_final) == (4, 1, False)
    assert not is_shown_on_boards(member("ben"))
    assert broken() == []


@pytest.mark.django_db
def test_a_period_that_is_over_is_final_and_pays_its_prizes_once() -> None:
    for who, times in (("anna", 2), ("ben", 1)):
        for number in range(times):
            checks_in(who, START + days(number))
    identify()
    board(period="week", prizes=[{"first": 1, "last": 1, "rewards": [{"kind": "points", "amount": 50}]}])
    refresh_boards(START)

    for _ in range(2):
        refresh_boards(START + days(7))

    assert (available(member("anna")), available(member("ben"))) == (50, 0)
    old = standings_of("board", date(2026, 3, 2))
    assert old is not None
    assert old.is_final
    checks_in("ben", START + days(3))
    refresh_boards(START + days(8))
    assert [place.value for place in (standings_of("board", date(2026, 3, 2)) or old).places] == [2, 1]


@pytest.mark.django_db
def test_boards_measure_points_orders_and_facts() -> None:
    person("anna", 300)
    person("ben", 200)
    pays("ben", "B1", START)
    reviews("anna", START)
    identify()
    found = {}
    for measure in ("points", "orders", "spend", "facts"):
        more = {"trigger": "product.reviewed"} if measure == "facts" else {}
        publish_board(SYSTEM, measure, measure, {"measure": measure, **more}, date(2026, 3, 1), now=START)
    refresh_boards(START + timedelta(hours=1))
    for measure in ("points", "orders", "spend", "facts"):
        standings = standings_of(measure)
        found[measure] = [(place.member_id, place.value) for place in standings.places] if standings else []

    anna, ben = member("anna"), member("ben")
    assert found == {"points": [(anna, 300), (ben, 200)], "orders": [(ben, 1)], "spend": [(ben, 5_000)], "facts": [(anna, 1)]}


@pytest.mark.django_db
def test_an_anniversary_is_told_celebrated_and_repeated_each_year() -> None:
    set_ritual(SYSTEM, "joined", "入会 %(years)s 周年", "感谢一路同行", [{"kind": "points", "amount": 88}], now=START)
    happens("pool.joined", "anna", START, channel="store")
    anna = member("anna")

    pump(START + days(364))
    assert cards_of(anna, START + days(364)) == []
    pump(START + days(366))

    (card,) = cards_of(anna, START + days(366))
    assert card.title == "入会 1 周年"
    assert available(anna) == 88
    pump(START + days(731))
    told = rows("SELECT occurred_at, properties ->> 'years' FROM facts_log WHERE name = 'member.anniversary' ORDER BY 1")
    assert told == [(datetime(2027, 3, 1, 16, tzinfo=UTC), "1"), (datetime(2028, 3, 1, 16, tzinfo=UTC), "2")]
    assert available(anna) == 176


@pytest.mark.django_db
def test_merged_members_share_honours_and_part_with_them_again() -> None:
    install_behaviours()
    reviews("anna", START)
    award_badge(LI, [member("anna")], "founder", 1, "首批", now=START)
    reviews("ben", START)
    anna, ben = member("anna"), member("ben")
    is_the_same_as("ben", "anna", START + days(1))
    survivor = member("ben")
    assert ("founder", 1) in held("ben")
    assert broken() == []

    loser = anna if survivor == ben else ben
    rows("UPDATE members_member SET merged_into_id = NULL WHERE id = %s RETURNING id", [loser])
    with connection.cursor() as cursor:
        merger.release(cursor.cursor, [(survivor, loser)])

    founder = "SELECT owner_id FROM membership_badgeaward a JOIN membership_badge b ON b.id = a.badge_id WHERE b.code = 'founder'"
    assert rows(founder) == [(anna,)]


@pytest.mark.django_db
def test_a_person_gets_a_copy_and_is_forgotten() -> None:
    install_behaviours()
    checks_in("anna", START)
    reviews("anna", START)
    anna = member("anna")

    copy = privacy.export(anna)["behaviours"]
    privacy.erase(anna)

    assert len(copy["check_ins"]) == 1
    assert copy["tasks"][0]["task"] == "first_review"
    assert privacy.export(anna)["behaviours"]["check_ins"] == []
