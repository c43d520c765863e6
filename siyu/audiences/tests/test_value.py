"""Groups of value: everybody stands in one, as the audiences made of them say, and moves as the orders tell."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from siyu.audiences import queries, services
from siyu.audiences.models import Audience, Snapshot
from siyu.audiences.rules.value import GROUPS, NAMED, cells, rule
from siyu.audiences.tests.test_pages import staff
from siyu.audiences.value import UNKNOWN, group_audiences, migration
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.members.models import Member
from siyu.merchant.rules import SYSTEM, WHOLE, Role

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 1, 4, tzinfo=UTC)  # noon in Shanghai
PEOPLE = [f"p{number}" for number in range(10)]


def day(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def said(name: str, who: str, at: datetime, **properties) -> Incoming:
    key = properties.get("order_number", "") or properties.get("path", "")
    return Incoming(name=name, occurred_at=at, message=f"{name} {who} {key} {at}", handles=[Handle("user_id", who)], properties=properties)


def order(who: str, at: datetime, yuan: int) -> Incoming:
    number = f"{who}-{at:%m%d}"
    return said("order.paid", who, at, shop="web", order_number=number, amount_minor=yuan * 100, currency="CNY")


def live() -> None:
    """Ten buyers, one a day and each with ten yuan more than the one before; one who only looks, one who does not."""
    facts = [order(who, day(place), 10 * place + 10) for place, who in enumerate(PEOPLE)]
    facts += [said("page.viewed", "looks", day(5), path="/"), said("member.identified", "shy", day(5), traits={"plan": "a"})]
    told(facts, day(10))


def told(facts: list[Incoming], now: datetime) -> None:
    record(facts, source="web", received_at=now)
    assert not pump(now).stopped


def groups(first: int, last: int) -> dict[tuple[str, str], int]:
    moved = migration(day(first).date(), day(last).date(), WHOLE)
    assert moved is not None
    return {(one.was, one.stands): one.people for one in moved.moves}


def test_each_group_says_who_else_is_in_none() -> None:
    assert len(cells()) == 25
    assert set(cells()) == {"high_value", "silent_potential", "ordinary"}
    assert [rule(group) for group in GROUPS]
    with pytest.raises(ValueError, match="no group"):
        rule("super")


def test_before_borders_there_are_no_groups() -> None:
    live()
    assert migration(date(2026, 3, 1), date(2026, 3, 10), WHOLE) is None


def test_the_groups_of_today_are_the_audiences_made_of_them() -> None:
    live()
    services.make_group_audiences(SYSTEM, now=day(10))
    ordinary = services.create(SYSTEM, "ordinary", rule("ordinary"), now=day(10))
    onlooker = services.create(SYSTEM, "onlooker", rule("onlooker"), now=day(10))
    pump(day(10) + timedelta(minutes=1))
    sizes = {one.id: one.members for one in queries.audiences(WHOLE)}
    numbers = {**group_audiences(), "ordinary": ordinary, "onlooker": onlooker}
    moved = migration(day(10).date(), day(10).date(), WHOLE)
    assert moved is not None
    assert moved.is_interest_counted
    assert [moved.after(group) for group in GROUPS] == [sizes[numbers[group]] for group in GROUPS] == [2, 0, 8, 1, 1]


def value_keys() -> set[int]:
    return set(Audience.objects.filter(key__startswith="value:").values_list("pk", flat=True))


def test_people_move_as_they_buy_and_as_time_goes() -> None:
    live()
    services.make_group_audiences(SYSTEM, now=day(10))
    pump(day(10) + timedelta(minutes=1))
    told([order("looks", day(12), 500), said("member.identified", "new", day(13), traits={"plan": "a"})], day(14))
    assert groups(11, 14) == {
        ("high_value", "high_value"): 2,
        ("ordinary", "ordinary"): 8,
        ("interested", "high_value"): 1,
        ("onlooker", "onlooker"): 1,
        (UNKNOWN, "onlooker"): 1,
    }
    # p8 and p9 stay away while others buy: at the next taking they are the quiet ones who brought much
    told([order(who, day(31 + place), 1) for place, who in enumerate((*PEOPLE[:8], "new", "looks"))], day(41))
    services.take_snapshot(SYSTEM, now=day(41))
    moves = groups(14, 41)
    assert moves["high_value", "silent_potential"] == 2
    assert sum(moves.values()) == 13


def test_a_refund_counts_from_its_own_day() -> None:
    live()
    services.make_group_audiences(SYSTEM, now=day(10))
    back = said("order.refunded", "p9", day(12), shop="web", order_number="p9-0310", amount_minor=9_900, refund="1", currency="CNY")
    told([back], day(12))
    moved = migration(day(11).date(), day(12).date(), WHOLE)
    assert moved is not None
    assert {(one.was, one.stands): one.net_minor for one in moved.moves}["high_value", "ordinary"] == -9_900


def test_days_before_the_first_borders_are_judged_by_them_with_their_age() -> None:
    live()
    services.take_snapshot(SYSTEM, now=day(20))
    moves = groups(1, 5)
    assert sum(count for (was, _), count in moves.items() if was == UNKNOWN) == 7  # two more buyers of day 1 to 4 … and who came on day 5
    assert moves["ordinary", "ordinary"] + moves.get(("ordinary", "high_value"), 0) == 1


def test_making_them_again_makes_what_is_missing() -> None:
    live()
    first = services.make_group_audiences(SYSTEM, now=day(10))
    assert len(first) == len(NAMED)
    assert services.make_group_audiences(SYSTEM, now=day(10)) == []
    services.archive(SYSTEM, first[0], now=day(10))
    (again,) = services.make_group_audiences(SYSTEM, now=day(10))
    assert again not in first
    assert Snapshot.objects.count() == 1


def test_borders_are_taken_anew_once_a_month_by_who_uses_them() -> None:
    live()
    assert not services.retake_borders(day(10))
    services.take_snapshot(SYSTEM, now=day(10))
    assert not services.retake_borders(day(39))
    assert services.retake_borders(day(40))
    assert Snapshot.objects.count() == 2


def test_the_page_shows_groups_and_makes_audiences_of_them() -> None:
    live()
    client = staff(Role.OPERATOR, language="en")
    page = client.get(reverse("audience-value"))
    assert page.status_code == 200
    assert "no borders were taken yet" in page.content.decode()
    assert client.post(reverse("audience-value-make")).status_code == 302
    assert set(value_keys()) == set(Audience.objects.values_list("pk", flat=True))
    pump(datetime.now(UTC))
    asked = {"from": "2026-03-02", "to": "2026-03-10"}
    shown = client.get(reverse("audience-value"), asked).content.decode()
    assert "High-value payers" in shown
    assert "Not known yet" in shown
    lines = b"".join(client.get(reverse("audience-value"), {**asked, "csv": "1"}).streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "from,to,people,share,net"
    assert sum(int(line.split(",")[2]) for line in lines[1:]) == Member.objects.filter(is_identified=True).count()


def test_who_may_only_look_makes_nothing() -> None:
    live()
    analyst = staff(Role.ANALYST)
    assert analyst.post(reverse("audience-value-make")).status_code == 403
    assert analyst.get(reverse("audience-value")).status_code == 200
    assert not Audience.objects.exists()
