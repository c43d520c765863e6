"""Audiences as they live: edges as facts, changes, audiences of audiences, tags, lists, merges, batches of any size."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils.translation import override
from psycopg import Cursor, errors

from siyu.audiences import queries, reactions, services
from siyu.audiences.asking import Asking, Known
from siyu.audiences.checking import checked
from siyu.audiences.compiling import BITS
from siyu.audiences.conditions import kinds, trait
from siyu.audiences.evaluating import program, whole
from siyu.audiences.evaluating.looking import everybody
from siyu.audiences.evaluating.touched import Touched
from siyu.audiences.models import Audience, Due, Membership, Watch
from siyu.audiences.rules import RuleError, parsed
from siyu.audiences.why import why
from siyu.facts import filters
from siyu.facts.pump import pump
from siyu.facts.rules import Batch, Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.members.models import Identity
from siyu.members.queries import tags
from siyu.members.services import merge_members, tag, undo_merge
from siyu.merchant.rules import SYSTEM, WHOLE
from siyu.merchant.services import set_setting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
VIEWED = {"condition": "did_fact", "fact": "page.viewed", "within": {"last_days": 2}}
PAID = {"condition": "did_fact", "fact": "order.paid"}


def told(name: str, who: str, at: datetime, **properties) -> Incoming:
    return Incoming(
        name=name, occurred_at=at, message=f"{name} {who} {at.isoformat()}", handles=[Handle("user_id", who)], properties=properties
    )


def live(*facts: Incoming, at: datetime) -> None:
    record(list(facts), source="web", received_at=at)
    assert not pump(at).stopped


def made(name: str, rule: dict, at: datetime = NOW, **more) -> int:
    number = services.create(SYSTEM, name, rule, now=at, **more)
    pump(at)
    assert queries.audience(number).fault == ""
    return number


def edges() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, occurred_at, properties ->> 'because', cause_id IS NOT NULL FROM facts_log"
            " WHERE name LIKE 'audience.%%' ORDER BY id"
        )
        return cursor.fetchall()


def inside(number: int) -> int:
    return Membership.objects.filter(audience_id=number).count()


def member(who: str = "anna") -> int:
    from siyu.lib.crypto import lookup_hash

    return Identity.objects.get(hash=lookup_hash("user_id", who)).member_id


def test_entering_is_caused_by_a_fact_and_leaving_by_business_midnight():
    number = made("看过", VIEWED)

    live(told("page.viewed", "anna", NOW), at=NOW + timedelta(minutes=1))
    assert edges() == [("audience.entered", NOW, "fact", True)]

    midnight = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # the day after tomorrow begins in Shanghai
    pump(midnight - timedelta(seconds=1))
    assert inside(number) == 1
    pump(midnight)

    assert inside(number) == 0
    assert edges()[1:] == [("audience.left", midnight, "time", False)]
    assert not Due.objects.exists()


SHANGHAI = ZoneInfo("Asia/Shanghai")


def agreed(number: int, at: datetime) -> bool:
    """Whether anna is in, as it was kept; judging everybody and why must say the same."""
    pump(at)
    node, expanded = checked(queries.rule_of(number))
    with Cursor(connection.connection) as cursor:
        judged = everybody(cursor, expanded, at, SHANGHAI)[member()][0]
    kept = Membership.objects.filter(audience_id=number, member_id=member()).exists()
    assert kept == judged == why(node, member(), at).holds
    return kept


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ({"at_least_days_ago": 3}, [4, 5, 6]),
        ({"at_least_days_ago": 1, "at_most_days_ago": 2}, [2, 3]),
        ({"last_days": 2}, [1, 2]),
        ({"from_day": "2026-03-02"}, []),
        ({"to_day": "2026-03-01"}, [1, 2, 3, 4, 5, 6]),
    ],
)
def test_what_has_held_for_a_time_is_asked_of_an_audience_by_when_members_came_in(window: dict, days: list[int]):
    viewed = made("看过", {"condition": "did_fact", "fact": "page.viewed", "within": {"last_days": 6}})
    rule = {"condition": "audience", "audience": viewed, "within": window}
    number, other = made("这么久", rule), made("不是", {"not": rule})

    live(told("page.viewed", "anna", NOW), at=NOW)

    for day in range(1, 8):
        begins = datetime(2026, 2, 28, 16, 0, tzinfo=UTC) + timedelta(days=day - 1)  # of the 1st of March and the days after it
        for at in (max(begins, NOW), begins + timedelta(hours=17, minutes=59), begins + timedelta(days=1) - timedelta(microseconds=1)):
            assert (agreed(number, at), agreed(other, at)) == (day in days, day not in days)


def test_who_came_into_an_audience_in_the_last_hours_is_in_for_so_many_to_the_microsecond():
    viewed = made("看过", VIEWED)
    number = made("刚来", {"condition": "audience", "audience": viewed, "within": {"last_hours": 20}})

    live(told("page.viewed", "anna", NOW - timedelta(hours=9)), at=NOW)

    ends = NOW + timedelta(hours=20)
    assert [agreed(number, at) for at in (NOW, ends - timedelta(microseconds=1), ends)] == [True, True, False]


def test_who_goes_and_comes_back_has_been_in_an_audience_since_then():
    viewed = made("看过", VIEWED)
    rule = {"condition": "audience", "audience": viewed, "within": {"at_least_days_ago": 1}}
    number = made("一天以上", rule)
    day = timedelta(days=1)

    live(told("page.viewed", "anna", NOW), at=NOW)
    live(told("page.viewed", "anna", NOW + day), at=NOW + day)
    assert agreed(number, NOW + day)

    assert not agreed(number, NOW + 3 * day)
    live(told("page.viewed", "anna", NOW + 4 * day), at=NOW + 4 * day)
    assert not agreed(number, NOW + 4 * day)
    assert agreed(number, NOW + 5 * day)


def test_why_says_since_when_somebody_is_in_another_audience():
    viewed = made("看过", VIEWED)
    node = parsed({"condition": "audience", "audience": viewed, "within": {"at_least_days_ago": 1}}, kinds())
    live(told("order.paid", "anna", NOW, shop="web", order_number="1", amount_minor=100), at=NOW)

    before = why(node, member(), NOW)
    live(told("page.viewed", "anna", NOW), at=NOW)
    with override("en"):
        after = why(node, member(), NOW + timedelta(days=1))

    assert (before.holds, before.told, after.holds) == (False, "此前不在其中", True)
    assert after.words == "is in audience “看过” and came in at least 1 days ago"
    assert after.told.startswith("came in at 2026-03-01")
    assert [each.holds for each in after.nodes] == [True]


def test_time_wakes_nobody_who_is_not_in_the_audience_that_is_asked_for():
    viewed = made("看过", {"condition": "did_fact", "fact": "page.viewed"})
    made("很久", {"condition": "audience", "audience": viewed, "within": {"at_least_days_ago": 30}})

    live(told("page.viewed", "anna", NOW), told("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=100), at=NOW)

    assert list(Due.objects.values_list("member_id", flat=True)) == [member()]


def test_whoever_is_in_from_the_beginning_is_in_silently():
    live(told("page.viewed", "anna", NOW), at=NOW)

    number = made("看过", VIEWED, NOW + timedelta(minutes=1))

    assert inside(number) == 1
    assert edges() == []


def test_a_changed_rule_tells_who_comes_and_goes_only_when_asked():
    live(told("page.viewed", "anna", NOW), told("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=100), at=NOW)
    number = made("一个", VIEWED, NOW + timedelta(minutes=1))

    services.change(SYSTEM, number, rule=PAID, tells=True, now=NOW + timedelta(minutes=2))
    pump(NOW + timedelta(minutes=2))
    assert sorted((name, because) for name, _, because, _ in edges()) == [("audience.entered", "rule"), ("audience.left", "rule")]

    services.change(SYSTEM, number, rule=VIEWED, tells=False, now=NOW + timedelta(minutes=3))
    pump(NOW + timedelta(minutes=3))
    assert len(edges()) == 2
    assert queries.audience(number).version == 3


def test_the_difference_says_who_would_come_and_go():
    live(told("page.viewed", "anna", NOW), told("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=100), at=NOW)
    number = made("一个", VIEWED, NOW + timedelta(minutes=1))

    found = queries.difference(number, {"any": [PAID, {"condition": "tag", "tags": ["x"]}]}, NOW + timedelta(minutes=2), WHOLE)

    assert found == (1, 1, 0)


def test_an_audience_follows_the_one_it_names_when_that_changes():
    live(told("page.viewed", "anna", NOW), at=NOW)
    base = made("一", VIEWED, NOW + timedelta(minutes=1))
    other = made("二", {"not": {"condition": "audience", "audience": base}}, NOW + timedelta(minutes=1))
    assert (inside(base), inside(other)) == (1, 0)

    services.change(SYSTEM, base, rule=PAID, now=NOW + timedelta(minutes=2))
    pump(NOW + timedelta(minutes=2))

    assert (inside(base), inside(other)) == (0, 1)
    assert sorted(name for name, _, _, _ in edges()) == ["audience.entered", "audience.left"]
    services.change(SYSTEM, base, rule=VIEWED, tells=False, now=NOW + timedelta(minutes=3))
    pump(NOW + timedelta(minutes=3))
    assert (inside(base), inside(other), len(edges())) == (1, 0, 2)
    with pytest.raises(Refusal, match=r"audience\.in_use"):
        services.archive(SYSTEM, base, now=NOW)


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        ({"condition": "trait", "trait": "age", "op": "between", "value": 30, "to": 18}, "the smaller one first"),
        ({"condition": "trait", "trait": "age", "op": "between", "value": 18, "to": "30"}, "two numbers or two texts"),
        ({"condition": "trait", "trait": "work_email", "op": "contains", "value": "@qq.com"}, "encrypted"),
        ({"condition": "trait", "trait": "office.紧急联系人手机", "value": "138"}, "encrypted"),
        ({"condition": "trait_date", "trait": "plan.ends", "to_days": 3}, "dates inside objects"),
    ],
)
def test_what_could_never_hold_is_refused_with_its_node(rule: dict, because: str):
    with pytest.raises(RuleError, match=because) as refused:
        services.create(SYSTEM, "无人", {"all": [PAID, rule]}, now=NOW)

    assert refused.value.at == "all[1]"


def test_a_rule_that_stood_before_is_judged_though_nobody_may_write_it_now():
    live(told("member.identified", "anna", NOW, traits={"plan.ends": "2026-03-01"}), at=NOW)

    before = {"condition": "trait_date", "trait": "plan.ends", "from_days": 0, "to_days": 0}

    assert queries.rule_fault(before)
    assert queries.holders(before, NOW, ZoneInfo("Asia/Shanghai")) == [member()]


def test_a_personal_name_hides_no_boolean():
    number = made("可联系", {"condition": "trait", "trait": "is_contact", "value": True})

    live(told("member.identified", "anna", NOW, traits={"is_contact": True}), at=NOW + timedelta(minutes=1))

    assert inside(number) == 1


def test_a_rule_does_not_outgrow_the_audiences_that_name_it():
    base = made("一", VIEWED)
    made("六", {"any": [{"condition": "audience", "audience": base}] * 6})
    grown = {"any": [{"condition": "did_fact", "fact": f"told.{number}"} for number in range(95)]}

    with pytest.raises(Refusal, match="cannot take the rule"):
        services.change(SYSTEM, base, rule=grown, now=NOW)

    live(told("page.viewed", "anna", NOW), at=NOW)
    assert inside(base) == 1


def test_circles_of_audiences_and_of_tags_are_refused():
    one = made("一", VIEWED)
    two = made("二", {"condition": "audience", "audience": one}, tag="二")

    with pytest.raises(Refusal, match="leads back to itself"):
        services.change(SYSTEM, one, rule={"condition": "audience", "audience": two}, now=NOW)
    with pytest.raises(Refusal, match=r"audience\.circle"):
        services.change(SYSTEM, one, rule={"not": {"condition": "tag", "tags": ["二"]}}, now=NOW)


def test_an_audience_kept_as_a_tag_puts_it_on_and_takes_its_own_off():
    made("看过", VIEWED, tag="近期活跃")
    live(told("page.viewed", "anna", NOW), told("page.viewed", "bo", NOW), at=NOW + timedelta(minutes=1))
    tag(SYSTEM, [member("bo")], "手工", now=NOW)
    assert [one.name for one in tags(member())] == ["近期活跃"]

    pump(NOW + timedelta(days=3))

    assert tags(member()) == []
    assert [one.name for one in tags(member("bo"))] == ["手工"]


def test_a_tag_follows_what_its_audience_is_kept_as():
    number = made("看过", VIEWED)
    live(told("page.viewed", "anna", NOW), told("page.viewed", "bo", NOW), at=NOW + timedelta(minutes=1))
    tag(SYSTEM, [member("bo")], "活跃", now=NOW)
    carried = []

    for kept_as in ("活跃", "近期活跃", ""):
        services.change(SYSTEM, number, tag=kept_as, now=NOW + timedelta(minutes=2))
        pump(NOW + timedelta(minutes=3))
        carried.append([[one.name for one in tags(member(who))] for who in ("anna", "bo")])

    assert carried == [[["活跃"], ["活跃"]], [["近期活跃"], ["活跃", "近期活跃"]], [[], ["活跃"]]]


def test_an_archived_audience_takes_its_tag_along():
    number = made("看过", VIEWED, tag="近期活跃")
    tagged = made("带标签", {"condition": "tag", "tags": ["近期活跃"]})
    live(told("page.viewed", "anna", NOW), at=NOW + timedelta(minutes=1))
    pump(NOW + timedelta(minutes=2))
    assert inside(tagged) == 1

    services.archive(SYSTEM, number, now=NOW + timedelta(minutes=3))
    pump(NOW + timedelta(minutes=4))

    assert tags(member()) == []
    assert inside(tagged) == 0


def test_two_audiences_are_not_kept_as_one_tag():
    made("看过", VIEWED, tag="近期活跃")
    number = made("买过", PAID)

    with pytest.raises(Refusal, match=r"audience\.tag"):
        services.create(SYSTEM, "又一个", PAID, tag="近期活跃", now=NOW)
    with pytest.raises(Refusal, match=r"audience\.tag"):
        services.change(SYSTEM, number, tag="近期活跃", now=NOW)


def test_a_merge_judges_the_survivor_and_its_undo_both():
    both = made("看过也买过", {"all": [PAID, {"condition": "did_fact", "fact": "page.viewed"}]})
    facts = [told("page.viewed", "anna", NOW), told("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=100)]
    live(*facts, at=NOW + timedelta(minutes=1))
    assert inside(both) == 0

    merge_members(SYSTEM, member("anna"), member("bo"), "同一个人", now=NOW + timedelta(minutes=2))
    pump(NOW + timedelta(minutes=2))
    assert inside(both) == 1
    assert [because for _, _, because, _ in edges()] == ["merge"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM members_merge_log WHERE undone_at IS NULL")
        merge = cursor.fetchone()[0]
    undo_merge(SYSTEM, merge, "两个人", now=NOW + timedelta(minutes=3))
    pump(NOW + timedelta(minutes=3))

    assert inside(both) == 0


@pytest.mark.parametrize("largest", [1, 2, 100])
def test_batches_of_any_size_end_alike(largest: int):
    numbers = [
        made(f"一{place}", rule) for place, rule in enumerate((VIEWED, {"condition": "did_fact", "fact": "page.viewed", "times": 3}, PAID))
    ]
    facts = [
        told("page.viewed", who, NOW + timedelta(minutes=minute))
        for minute in range(4)
        for who in ("anna", "bo")
        if minute < 3 or who == "bo"
    ]
    record(facts, source="web", received_at=NOW + timedelta(minutes=5))

    pump(NOW + timedelta(minutes=5), largest=largest)

    assert [inside(number) for number in numbers] == [2, 2, 0]
    assert [queries.audience(number).members for number in numbers] == [2, 2, 0]


@pytest.mark.parametrize("window", [{"last_hours": 2}, {"last_minutes": 120}])
def test_hours_and_minutes_are_remembered_by_instants_and_turn_at_theirs(window: dict[str, int]):
    number = made("刚看过", {"condition": "did_fact", "fact": "page.viewed", "within": window})
    assert Watch.objects.count() == 1
    live(told("page.viewed", "anna", NOW), at=NOW + timedelta(minutes=1))

    pump(NOW + timedelta(hours=2) - timedelta(microseconds=1))
    assert inside(number) == 1
    pump(NOW + timedelta(hours=2))

    assert inside(number) == 0


@pytest.mark.parametrize(
    "written", ["1990-03-07", "1990-03-07T00:00:00.000Z", "1990-03-07T00:00:00+09:00", "1990-03-06T16:00:00.000Z", "1990-03-07T18:30:00"]
)
def test_a_birthday_comes_near_though_its_trait_is_encrypted(written: str):
    number = made("快生日", {"condition": "trait_date", "trait": "birthday", "every": "year", "from_days": 0, "to_days": 3})
    live(told("member.identified", "anna", NOW, traits={"birthday": written}), at=NOW + timedelta(minutes=1))
    assert inside(number) == 0

    pump(datetime(2026, 3, 3, 16, 0, tzinfo=UTC))  # the fourth begins in Shanghai
    assert inside(number) == 1
    pump(datetime(2026, 3, 7, 16, 0, tzinfo=UTC))

    assert inside(number) == 0


@pytest.mark.parametrize("name", ["dob", "宝宝生日", "baby_birthday", "纪念日"])
@pytest.mark.parametrize("value", ["2020-03-07", "2020年3月7日", "20200307"])
def test_a_date_that_is_a_token_by_its_name_or_look_comes_near(name: str, value: str):
    number = made("快到", {"condition": "trait_date", "trait": name, "every": "year", "from_days": 0, "to_days": 7})

    live(told("member.identified", "anna", NOW, traits={name: value}), at=NOW + timedelta(minutes=1))
    assert inside(number) == 1

    live(told("member.identified", "anna", NOW + timedelta(minutes=2), traits={name: "2020-05-01"}), at=NOW + timedelta(minutes=3))
    assert inside(number) == 0


@pytest.mark.parametrize("is_first", [True, False], ids=["said before", "said after"])
def test_the_end_of_a_trial_is_an_instant_of_a_business_day(is_first: bool):
    ends = told("member.identified", "anna", NOW, traits={"trial_ends_at": "2026-03-03T17:30:00.000Z"})  # half past one on the fourth
    if is_first:
        live(ends, at=NOW)
    number = made("今天到期", {"condition": "trait_date", "trait": "trial_ends_at", "from_days": 0, "to_days": 0})
    if not is_first:
        live(ends, at=NOW)

    found = []
    for day in (2, 3, 4):
        pump(datetime(2026, 3, day, 16, 0, tzinfo=UTC))
        found.append(inside(number))

    assert found == [0, 1, 0]


def test_rfm_cells_move_with_a_new_snapshot_and_not_by_time():
    facts = [
        told(
            "order.paid",
            f"u{place}",
            NOW - timedelta(days=10 * place),
            shop="web",
            order_number=str(place),
            amount_minor=1_000 * place + 100,
        )
        for place in range(10)
    ]
    live(*facts, at=NOW)
    services.take_snapshot(SYSTEM, now=NOW)
    number = made("最近购买", {"condition": "rfm", "recency": [5]}, NOW + timedelta(minutes=1))
    assert inside(number) == 2

    pump(NOW + timedelta(days=30))
    assert inside(number) == 2
    late = [
        told("order.paid", f"v{place}", NOW + timedelta(days=30), shop="web", order_number=f"v{place}", amount_minor=100)
        for place in range(10)
    ]
    live(*late, at=NOW + timedelta(days=30, minutes=1))
    assert inside(number) == 12
    services.take_snapshot(SYSTEM, now=NOW + timedelta(days=31))
    pump(NOW + timedelta(days=31))

    assert inside(number) == 0 or inside(number) < 12


def test_a_list_is_found_by_keyed_hashes_and_follows_uploads():
    live(told("page.viewed", "anna", NOW), told("page.viewed", "bo", NOW), at=NOW)
    with pytest.raises(Refusal, match=r"handle\.kind.*user_id, phone"):
        services.upload(SYSTEM, "名单", "usr_id", ["anna"], now=NOW)
    done = services.upload(SYSTEM, "名单", "user_id", ["anna", "nobody", "", "null"], now=NOW)
    number = made("在名单上", {"condition": "listed", "list": done.list_id}, NOW + timedelta(minutes=1))

    services.upload(SYSTEM, "", "user_id", ["bo"], now=NOW, list_id=done.list_id)
    pump(NOW + timedelta(minutes=2))

    assert (done.taken, done.members) == (1, 1)
    assert [(one.line, one.text) for one in done.rejected] == [(4, "null"), (2, "nobody")]
    assert inside(number) == 2


def test_an_archived_audience_is_empty_and_its_name_is_free():
    live(told("page.viewed", "anna", NOW), at=NOW)
    number = made("看过", VIEWED, NOW + timedelta(minutes=1))

    services.archive(SYSTEM, number, now=NOW)
    again = made("看过", PAID, NOW + timedelta(minutes=2))

    assert inside(number) == 0
    assert Audience.objects.get(pk=number).size == 0
    assert again != number


def test_a_restored_audience_is_judged_anew_and_holds_people_from_then_on_in_silence():
    live(told("page.viewed", "anna", NOW), told("page.viewed", "bo", NOW), at=NOW)
    number = made("看过", VIEWED, NOW + timedelta(minutes=1), tag="看过")
    services.archive(SYSTEM, number, now=NOW + timedelta(minutes=2))
    live(told("page.viewed", "cai", NOW), at=NOW + timedelta(minutes=3))
    back = NOW + timedelta(minutes=4)

    services.restore(SYSTEM, number, now=back)
    assert Audience.objects.get(pk=number).version == 0  # no fact brings anybody in before everybody is judged
    pump(back)

    found = queries.audience(number)
    assert (found.members, found.version, found.archived_at, found.is_computing) == (3, 1, None, False)
    assert set(Membership.objects.filter(audience_id=number).values_list("since", flat=True)) == {back}
    assert edges() == []
    assert [one.name for one in tags(member("cai"))] == ["看过"]
    live(told("page.viewed", "anna", back), told("page.viewed", "dora", back), at=back + timedelta(minutes=1))
    assert [edge[0] for edge in edges()] == ["audience.entered"]  # dora, who was never in it


def test_the_days_of_an_audience_say_when_it_was_put_away_and_taken_back():
    live(told("page.viewed", "anna", NOW), at=NOW)
    number = made("看过", VIEWED, NOW + timedelta(minutes=1))

    services.archive(SYSTEM, number, now=NOW + timedelta(minutes=2))
    assert [(day.size, day.entered, day.went) for day in queries.trend(number, NOW.date())] == [(0, 1, 1)]
    services.restore(SYSTEM, number, now=NOW + timedelta(days=1))
    pump(NOW + timedelta(days=1))

    assert [(day.size, day.entered, day.went) for day in queries.trend(number, NOW.date())] == [(0, 1, 1), (1, 1, 0)]


def test_what_is_restored_goes_by_its_newest_rule():
    live(told("page.viewed", "anna", NOW), told("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=100), at=NOW)
    number = made("看过", VIEWED, NOW + timedelta(minutes=1))
    services.change(SYSTEM, number, rule=PAID, now=NOW + timedelta(minutes=2))
    services.archive(SYSTEM, number, now=NOW + timedelta(minutes=2))  # before anybody was judged by it

    services.restore(SYSTEM, number, now=NOW + timedelta(minutes=3))
    pump(NOW + timedelta(minutes=3))

    assert Audience.objects.get(pk=number).version == 2
    assert [one.member_id for one in Membership.objects.filter(audience_id=number)] == [member("bo")]


def test_what_cannot_stand_any_more_is_not_restored():
    base = made("底", VIEWED, tag="看过")
    naming = made("指", {"condition": "audience", "audience": base})
    other = made("签", PAID)
    (group, *_more) = services.make_group_audiences(SYSTEM, now=NOW)
    for number in (naming, base, other, group):
        services.archive(SYSTEM, number, now=NOW)
    services.change(SYSTEM, services.make_group_audiences(SYSTEM, now=NOW)[0], name="改了名", now=NOW)
    services.create(SYSTEM, "签", VIEWED, tag="看过", now=NOW)

    for number, code in (
        (naming, "audience.names_archived"),
        (base, "audience.tag"),
        (other, "audience.name"),
        (group, "audience.key"),
        (10**9, "audience.unknown"),
        (services.create(SYSTEM, "在", VIEWED, now=NOW), "audience.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            services.restore(SYSTEM, number, now=NOW)
        assert refused.value.code == code


def test_there_are_never_too_many_audiences_by_restoring(monkeypatch):
    number = made("看过", VIEWED)
    services.archive(SYSTEM, number, now=NOW)
    made("别的", PAID)
    monkeypatch.setattr("siyu.audiences.services.audiences.MAX_AUDIENCES", 1)

    with pytest.raises(Refusal, match=r"audience\.too_many"):
        services.restore(SYSTEM, number, now=NOW)


def test_the_same_key_makes_one_audience():
    one = services.create(SYSTEM, "一", VIEWED, key="k", now=NOW)

    assert services.create(SYSTEM, "一", VIEWED, key="k", now=NOW) == one
    with pytest.raises(Refusal, match=r"key\.reused"):
        services.create(SYSTEM, "二", VIEWED, key="k", now=NOW)


def test_splits_have_the_sizes_that_their_weights_say():
    live(*[told("page.viewed", f"u{place}", NOW) for place in range(300)], at=NOW)
    number = made("看过", VIEWED, NOW + timedelta(minutes=1))

    sizes = queries.arms(number, "spring", [5_000, 3_000])

    assert sum(sizes) == 300
    assert sizes == queries.arms(number, "spring", [5_000, 3_000])
    assert all(abs(size - 300 * share) < 5 * (300 * share * (1 - share)) ** 0.5 for size, share in zip(sizes, (0.5, 0.3, 0.2), strict=True))


def test_overlaps_count_shared_members():
    live(told("page.viewed", "anna", NOW), told("page.viewed", "bo", NOW), at=NOW)
    live(told("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=100), at=NOW + timedelta(minutes=1))
    one, two = made("一", VIEWED, NOW + timedelta(minutes=2)), made("二", PAID, NOW + timedelta(minutes=2))

    shared = queries.overlap([one, two], WHOLE)

    assert (shared[one, one], shared[two, two], shared[one, two]) == (2, 1, 1)


def test_without_audiences_the_pump_has_nothing_to_do():
    with connection.cursor() as cursor:
        from siyu.audiences.due import next_due

        assert next_due(cursor.cursor) is None


@pytest.mark.parametrize("op", ["exists", "absent"])
@pytest.mark.parametrize("value", [None, "", "x", 0, False, [], [None], ["x"], {}, {"a": 1}], ids=repr)
def test_the_short_way_to_ask_for_a_trait_says_what_a_property_filter_says(op: str, value: object):
    terms = trait.Terms(trait="city", op=op)
    asked = trait.sql(terms, Asking(Known()))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked} FROM (SELECT %s::jsonb AS c0) traits", [json.dumps(value)])
        (holds,) = cursor.fetchone()
        cursor.execute(f"SELECT {asked} FROM (SELECT NULL::jsonb AS c0) traits", [])
        (without,) = cursor.fetchone()

    assert holds is filters.compile(terms.tree)({"city": value})
    assert without is (op == "absent")


def test_of_two_words_at_one_instant_the_no_holds_as_for_whoever_sends():
    number = made("同意短信", {"condition": "consent", "channel": "sms"})
    people = [f"p{place}" for place in range(8)]

    live(
        *(told("consent.given", who, NOW, purpose="marketing", channel="sms") for who in people),
        *(told("consent.withdrawn", who, NOW, purpose="marketing", channel="any") for who in people),
        at=NOW,
    )

    assert inside(number) == 0


@pytest.mark.parametrize(
    ("language", "words"), [("en", "given on an unknown day (list.csv, row 3)"), ("zh-hans", "同意，未注明日期（list.csv, row 3）")]
)
def test_a_yes_of_which_nobody_knows_the_day_is_told_without_one(language: str, words: str):
    live(told("consent.given", "anna", NOW, purpose="marketing", channel="sms", proof="list.csv, row 3", undated=True), at=NOW)
    node, _ = checked({"condition": "consent", "channel": "sms"})

    with override(language):
        answer = why(node, member(), NOW)

    assert (answer.holds, answer.told) == (True, words)


@pytest.mark.parametrize("asked", ["wecom", "task", " WeCom"])
def test_what_was_said_of_staff_tasks_is_heard_of_wecom_as_for_whoever_sends(asked: str):
    number = made("同意企微", {"condition": "consent", "channel": asked})
    live(*(told("consent.given", who, NOW, purpose="marketing", channel="any") for who in ("anna", "bo")), at=NOW)
    before = inside(number)

    live(told("consent.withdrawn", "anna", NOW + timedelta(hours=1), purpose="marketing", channel="Task"), at=NOW + timedelta(hours=1))

    assert (before, inside(number)) == (2, 1)
    assert not agreed(number, NOW + timedelta(hours=1))


def test_old_words_about_staff_tasks_are_kept_as_of_wecom_and_their_members_judged_anew():
    number = made("同意企微", {"condition": "consent", "channel": "wecom"})
    live(told("consent.given", "anna", NOW, purpose="marketing", channel="any"), at=NOW)
    live(told("consent.withdrawn", "anna", NOW + timedelta(hours=1), purpose="marketing", channel="sms"), at=NOW + timedelta(hours=1))
    heard = import_module("siyu.members.migrations.0004_words_by_channel")
    anew = import_module("siyu.audiences.migrations.0004_words_of_tasks")
    assert anew.Migration.run_before == [("members", heard.__name__.rpartition(".")[2])]
    with connection.cursor() as cursor:  # as it was written before
        cursor.execute("UPDATE members_consent SET channel = 'task' WHERE channel = 'sms'")
        assert inside(number) == 1

        cursor.execute(anew.JUDGED_ANEW)
        cursor.execute(heard.KEPT)

    assert not agreed(number, NOW + timedelta(hours=2))


def test_more_is_counted_than_fits_into_the_bits_of_a_number():
    live(told("page.viewed", "anna", NOW - timedelta(hours=1)), at=NOW - timedelta(hours=1))
    many = made("many", {"any": [{"condition": "did_fact", "fact": f"told.{number:02}", "times": 2} for number in range(BITS + 15)]})
    last = made("last", {"condition": "did_fact", "fact": f"told.{BITS + 14}", "times": 2})

    for minute in (1, 2):
        live(told(f"told.{BITS + 14}", "anna", NOW + timedelta(minutes=minute)), at=NOW + timedelta(minutes=minute))

    assert (inside(many), inside(last)) == (1, 1)


@pytest.mark.parametrize("name", ["Account Created", "100% done", "签到 打卡", "x" * 200])
def test_facts_of_any_name_are_counted(name: str):
    days = made("做过", {"condition": "did_fact", "fact": name})
    hours = made("刚做过", {"condition": "did_fact", "fact": name, "within": {"last_hours": 2}})

    live(told(name, "anna", NOW), at=NOW + timedelta(minutes=1))

    assert (inside(days), inside(hours)) == (1, 1)


def test_more_columns_are_asked_for_than_a_statement_has(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(program, "MAX_COLUMNS", 3)
    numbers = [
        made(f"听过{number}", {"condition": "did_fact", "fact": f"told.{number}", "within": {"last_days": 2}}) for number in range(5)
    ]

    live(told("told.1", "anna", NOW), told("told.4", "bo", NOW), at=NOW + timedelta(minutes=1))
    assert [inside(number) for number in numbers] == [0, 1, 0, 0, 1]

    pump(NOW + timedelta(days=3))
    assert [inside(number) for number in numbers] == [0] * 5


@pytest.mark.parametrize("within", [{}, {"last_hours": 2}], ids=["days", "hours"])
def test_a_filter_may_name_as_many_values_as_it_may_hold(within: dict):
    skus = [sha256(str(place).encode()).hexdigest() for place in range(1_000)]
    where = {"property": "sku", "op": "in", "value": skus}
    number = made("看过其一", {"condition": "did_fact", "fact": "product.viewed", "where": where, "within": within})

    live(told("product.viewed", "anna", NOW, sku=skus[-1]), told("product.viewed", "bo", NOW, sku="other"), at=NOW + timedelta(minutes=1))

    assert inside(number) == 1


def test_a_rule_that_asks_too_much_of_the_database_is_a_fault_of_its_audience(monkeypatch: pytest.MonkeyPatch):
    def too_much(*_: object) -> None:
        raise errors.StatementTooComplex("stack depth limit exceeded")

    monkeypatch.setattr(whole, "_judge", too_much)
    number = services.create(SYSTEM, "太多", VIEWED, now=NOW)

    assert not pump(NOW).stopped
    assert Audience.objects.get(pk=number).fault == "StatementTooComplex: stack depth limit exceeded"


def test_a_zone_that_holds_from_a_day_on_is_not_that_of_the_days_before_it(monkeypatch: pytest.MonkeyPatch):
    """An audience made before the first fact waits since 1970; the pump does not go through all those days one by one."""
    from siyu.facts import due

    rounds: list[datetime] = []
    really = due.handle

    def counted(*given, **more):
        rounds.append(more.get("due_from"))
        assert len(rounds) < 20, rounds
        return really(*given, **more)

    monkeypatch.setattr(due, "handle", counted)
    set_setting(SYSTEM, "merchant.zone", "America/New_York", NOW.date() - timedelta(days=9), now=NOW - timedelta(days=10))
    number = services.create(SYSTEM, "看过", VIEWED, now=NOW)

    live(told("page.viewed", "anna", NOW), at=NOW)

    assert inside(number) == 1
    assert Audience.objects.get().zone == "America/New_York"


def test_a_member_who_cannot_be_judged_is_set_aside_and_all_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    live(*(told("page.viewed", f"u{number}", NOW) for number in range(9)), at=NOW)
    number = made("tagged", {"condition": "tag", "tags": ["x"]})
    members = sorted(Identity.objects.values_list("member_id", flat=True))
    judge = reactions.judge

    def fails(cursor: Cursor, batch: Batch, judged_by: Any, touched: Touched) -> Any:
        if members[4] in touched.masks:
            cursor.execute("SELECT 9223372036854775807 + 1::bigint")
        return judge(cursor, batch, judged_by, touched)

    monkeypatch.setattr(reactions, "judge", fails)
    tag(SYSTEM, members, "x", now=NOW)
    report = pump(NOW + timedelta(minutes=1))

    inside = set(Membership.objects.filter(audience_id=number).values_list("member_id", flat=True))
    assert (report.stopped, report.held) == ("", 1)
    assert inside == {*members} - {members[4]}

    monkeypatch.undo()
    pump(NOW + timedelta(hours=2))
    assert Membership.objects.filter(audience_id=number).count() == 9
