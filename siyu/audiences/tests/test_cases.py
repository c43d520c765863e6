"""Cases of the trade: what people were heard to do and to be, as shops' programs tell it, and who is in then and at the turns of time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.db import connection
from psycopg import Cursor

from siyu.audiences import privacy, queries, services
from siyu.audiences.checking import checked
from siyu.audiences.evaluating.looking import everybody
from siyu.audiences.models import Membership
from siyu.audiences.why import why
from siyu.facts.pump import pump
from siyu.facts.segment import decode, translate
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash
from siyu.members.models import Identity
from siyu.merchant.rules import SYSTEM, WHOLE

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # noon in Shanghai
MIDNIGHT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
D, H, M = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
Told = tuple[str, timedelta, dict[str, Any]]  # what, how long ago, properties


def send(*messages: dict[str, Any], at: datetime = NOW) -> None:
    """Messages as a program sends them, through the translation and the pump."""
    said = [{"messageId": f"{place} {at.isoformat()}", **message} for place, message in enumerate(messages)]
    body = decode(msgspec.json.encode({"batch": said}))
    record(
        [translate(raw, body, at, index=place, currency="CNY", shop="web") for place, raw in enumerate(body.batch)],
        source="web",
        received_at=at,
    )
    report = pump(at)
    assert (report.stopped, report.quarantined) == ("", 0)


def people(**heard: dict[str, Any] | list[Told]) -> list[dict[str, Any]]:
    """Everybody's traits, or what everybody did."""
    messages: list[dict[str, Any]] = []
    for user, told in heard.items():
        messages.append({"type": "identify", "userId": user, "traits": told if isinstance(told, dict) else {}})
        for event, ago, properties in told if isinstance(told, list) else ():
            at = (NOW - ago).isoformat()
            messages.append({"type": "track", "userId": user, "event": event, "properties": properties, "timestamp": at})
    return messages


def inside(number: int, at: datetime) -> set[str]:
    """Who is in, one letter each: as it was kept, as everybody is judged, as it is counted and explained."""
    pump(at)
    users = {found.member_id: user for user in "abcdef" if (found := Identity.objects.filter(hash=lookup_hash("user_id", user)).first())}
    rule = queries.rule_of(number)
    node, whole = checked(rule)
    with Cursor(connection.connection) as cursor:
        judged = {member for member, (is_in, _) in everybody(cursor, whole, at, ZONE, live=False).items() if is_in}
    assert set(Membership.objects.filter(audience_id=number).values_list("member_id", flat=True)) == judged
    assert queries.preview(rule, at, WHOLE).members == len(judged)
    assert {member for member in users if why(node, member, at).holds} == judged
    return {users[member] for member in judged}


def did(fact: str, **more: Any) -> dict[str, Any]:
    return {"condition": "did_fact", "fact": fact, **more}


def last(fact: str, **more: Any) -> dict[str, Any]:
    return {"condition": "first_or_last", "which": "last", "fact": fact, **more}


def trait(name: str, op: str, *value: Any, **more: Any) -> dict[str, Any]:
    return {"condition": "trait", "trait": name, "op": op, **({"value": value[0]} if value else {}), **more}


WEEK = {"last_days": 7}
TWICE = {"condition": "sequence", "steps": [{"fact": "view"}, {"fact": "view"}], "hours": 72, "within": {"last_days": 9}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "ne holds for what is absent": (dict(a={"env": "test"}, b={"env": "prod"}, c={}), trait("env", "ne", "prod"), "ac"),
    "decimals written as texts": (
        dict(a={"age": "21.5"}, b={"age": 9}, c={"age": "100"}, d={"age": "old"}),
        trait("age", "gte", 20.5),
        "ac",
    ),
    "a path into an object": (dict(a={"a": {"b": "c"}}, b={"a": "c"}, c={"a": {"x": {"b": "c"}}}), trait("a.b", "eq", "c"), "a"),
    "any element of a list": (
        dict(a={"items": ["x", "y"]}, b={"items": ["z"]}, c={"items": "y"}, d={"items": []}),
        trait("items", "eq", "y"),
        "ac",
    ),
    "no element of a list": (dict(a={"items": ["x", "y"]}, b={"items": ["z"]}, c={}, d={"items": []}), trait("items", "ne", "y"), "bcd"),
    "objects in a list": (
        dict(a={"pets": [{"kind": "cat"}, {"kind": "dog"}]}, b={"pets": [{"kind": "fish"}]}),
        trait("pets.kind", "in", ["dog"]),
        "a",
    ),
    "booleans are no texts and no numbers": (
        dict(a={"vip": True}, b={"vip": "true"}, c={"vip": 1}, d={"vip": False}),
        trait("vip", "eq", True),
        "a",
    ),
    "null is absent, empty is not": (dict(a={"f": None}, b={"f": ""}, c={"f": 0}, d={}), trait("f", "absent"), "ad"),
    "numbers beyond a double": (dict(a={"f": 123456789012345678}, b={"f": 123456789012345679}), trait("f", "eq", 123456789012345678), "a"),
    "a date, as a text, an instant or a number": (
        dict(
            a={"ends": "2026/3/10"},
            b={"ends": "2026-03-09T16:00:00.000Z"},
            c={"ends": 20260310},
            d={"ends": "2026-03-11"},
            e={"ends": True},
            f={"ends": 20260311},
        ),
        {"condition": "trait_date", "trait": "ends", "from_days": 0, "to_days": 0},
        "abc",
    ),
    "a date in seconds or milliseconds since 1970": (
        dict(
            a={"ends": 1773072000}, b={"ends": 1773158399999}, c={"ends": 1773158399.5}, d={"ends": 1773071999}, e={"ends": 1773158400000}
        ),
        {"condition": "trait_date", "trait": "ends", "from_days": 0, "to_days": 0},
        "abc",
    ),
    "a date between two days, however it is written": (
        dict(
            a={"ends": "2026-02-28T16:00:00Z"},
            b={"ends": "2026/4/30"},
            c={"ends": "2026-02-28"},
            d={"ends": 20260501},
            e={"ends": "05-01"},
            f={"ends": 1777507200},  # 30 April
        ),
        {"condition": "trait_date", "trait": "ends", "from_day": "2026-03-01", "to_day": "2026-04-30"},
        "abf",
    ),
    "a date since a day that is not yet over": (
        dict(a={"ends": "2026-03-01"}, b={"ends": "2026-02-28"}, c={"ends": "2026-03-09"}, d={"ends": "2026-03-10"}),
        {"condition": "trait_date", "trait": "ends", "from_day": "2026-03-01", "to_days": -1},
        "ac",
    ),
    "the day of the year of an instant in seconds": (
        dict(a={"since": 643219200}, b={"since": 637084800}, c={"since": "1990-03-10"}),  # 21 May, 11 March
        {"condition": "trait_date", "trait": "since", "every": "year", "from_days": 0, "to_days": 1},
        "bc",
    ),
    "any writing system": (dict(a={"城市 😀": "上海%"}, b={"城市 😀": "杭州"}), trait("城市 😀", "contains", "海%"), "a"),
    "zero times in a window": (
        dict(a=[], b=[("view", 9 * D, {})], c=[("view", D, {})]),
        did("view", op="exactly", times=0, within=WEEK),
        "ab",
    ),
    "at most once, but done": (
        dict(a=[], b=[("view", 9 * H, {})], c=[("view", 9 * H, {}), ("view", 8 * H, {})]),
        {"all": [did("view"), did("view", op="at_most", within=WEEK)]},
        "b",
    ),
    "a cart without an order within minutes": (
        dict(
            a=[("cart", 50 * M, {})],
            b=[("cart", 50 * M, {}), ("buy", 25 * M, {})],
            c=[("cart", 25 * M, {})],
            d=[("cart", 50 * M, {}), ("buy", 10 * M, {})],
            e=[("cart", 3 * H, {})],
        ),
        {
            "condition": "sequence",
            "steps": [{"fact": "cart"}, {"fact": "buy"}],
            "minutes": 30,
            "ended": "broken",
            "within": {"last_minutes": 90},
        },
        "ad",
    ),
    "names of two words": (dict(a=[("Account Created", H, {})], b=[]), did("Account Created", within={"last_hours": 2}), "a"),
    "a filter of nested values": (
        dict(
            a=[("game", H, {"score": {"total": "5", "best": True}})],
            b=[("game", H, {"score": {"total": 6, "best": True}})],
            c=[("game", H, {})],
        ),
        did(
            "game",
            where={"all": [{"property": "score.total", "op": "lte", "value": 5}, {"property": "score.best", "op": "eq", "value": True}]},
        ),
        "a",
    ),
    "stopped": (
        dict(a=[("view", 10 * D, {})], b=[("view", 3 * D, {})], c=[("view", 15 * D, {})], d=[("view", 10 * D, {}), ("view", D, {})]),
        {"condition": "stopped", "fact": "view", "quiet_days": 7, "before_days": 7},
        "a",
    ),
    "restarted": (
        dict(a=[("view", 20 * D, {}), ("view", D, {})], b=[("view", ago * D, {}) for ago in (20, 5, 1)], c=[("view", D, {})]),
        {"condition": "restarted", "fact": "view", "again_days": 2, "quiet_days": 5},
        "a",
    ),
    "for the first time": (
        dict(a=[("view", 20 * D, {}), ("view", 4 * D, {})], b=[("view", 4 * D, {})]),
        {"condition": "first_or_last", "fact": "view", "which": "first", "within": WEEK},
        "b",
    ),
    "the last one was of a kind": (
        dict(
            a=[("view", 3 * D, {"price": 50}), ("view", D, {"price": 120})],
            b=[("view", 3 * D, {"price": 120}), ("view", D, {"price": 50})],
            c=[("view", 9 * D, {"price": 120})],
            d=[("view", D, {"price": 120, "shop": "x"}), ("view", D, {"price": 50})],
            e=[],
        ),
        last("view", has={"property": "price", "op": "gt", "value": 100}, within=WEEK),
        "ad",
    ),
    "the last one of some was not of a kind": (
        dict(
            a=[("view", 3 * D, {"shop": "x", "sku": "A"}), ("view", D, {"shop": "y", "sku": "B"})],
            b=[("view", 3 * D, {"shop": "x", "sku": "B"}), ("view", D, {"shop": "y", "sku": "A"})],
            c=[("view", 3 * D, {"shop": "y", "sku": "B"})],
            d=[("view", 5 * H, {"shop": "x"})],
        ),
        last("view", where={"property": "shop", "op": "eq", "value": "x"}, has={"property": "sku", "op": "ne", "value": "A"}),
        "bd",
    ),
    "regularly": (
        {user: [("view", ago * D, {}) for ago in days] for user, days in (("a", (1, 3, 4)), ("b", (0, 2, 3, 5)), ("c", (1, 5, 6)))},
        {"condition": "regularly", "fact": "view", "periods": 3, "of": 3, "days": 2},
        "ab",
    ),
    "regularly, so often each time": (
        {
            user: [("view", ago * D, {}) for ago in days]
            for user, days in (("a", (0, 1, 4, 5)), ("b", (0, 3, 6)), ("c", (0, 0.1, 1, 8)), ("d", (3, 3.1, 7, 7.1)))
        },
        {"condition": "regularly", "fact": "view", "periods": 2, "of": 3, "days": 3, "times": 2},
        "ad",
    ),
    "new, and not the same thing twice soon": (
        {
            user: [("view", ago * D, {}) for ago in days] + ([("new", 4 * D, {})] if user != "b" else [])
            for user, days in (("a", (0, 2)), ("b", (0, 2)), ("c", (35, 37)), ("d", ()), ("e", (5,)), ("f", (0, 4)))
        },
        {"all": [did("new", within={"last_days": 8}), {"not": TWICE}]},
        "cdef",
    ),
    "a cart without an order": (
        dict(
            a=[("cart", 30 * H, {})],
            b=[("cart", 30 * H, {}), ("buy", 29 * H, {})],
            c=[("cart", 23 * H, {})],
            d=[("cart", 30 * H, {}), ("buy", H, {})],
        ),
        {"condition": "sequence", "steps": [{"fact": "cart"}, {"fact": "buy"}], "hours": 24, "ended": "broken", "within": {"last_days": 3}},
        "ad",
    ),
}


@pytest.mark.parametrize(("heard", "rule", "expected"), CASES.values(), ids=CASES)
def test_who_is_in_whether_the_audience_or_the_facts_came_first(heard: dict[str, Any], rule: dict[str, Any], expected: str):
    before = services.create(SYSTEM, "先", rule, now=NOW)
    pump(NOW)
    send(*people(**heard))
    after = services.create(SYSTEM, "后", rule, now=NOW)

    assert inside(before, NOW) == inside(after, NOW) == set(expected)

    for turn in (MIDNIGHT, MIDNIGHT + 6 * D):
        for at in (turn - timedelta(microseconds=1), turn):
            assert inside(before, at) == inside(after, at)


def test_a_late_fact_and_a_merge_change_which_one_was_the_last():
    number = services.create(SYSTEM, "一", last("view", has={"property": "price", "op": "gt", "value": 100}), now=NOW)
    send(*people(a=[("view", 5 * H, {"price": 120})]))
    assert inside(number, NOW) == {"a"}

    send(*people(a=[("view", 4 * H, {"price": 90})]), at=NOW + H)
    assert inside(number, NOW + H) == set()

    send({"type": "track", "anonymousId": "device", "event": "view", "properties": {"price": 150}}, at=NOW + 2 * H)
    assert inside(number, NOW + 2 * H) == set()

    send({"type": "identify", "userId": "a", "anonymousId": "device"}, at=NOW + 3 * H)
    assert inside(number, NOW + 3 * H) == {"a"}


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (did("view"), [1, 2, 3, 4, 5]),
        (did("view", within={"at_least_days_ago": 6, "at_most_days_ago": 7}), [6, 7]),
        (did("view", within={"last_hours": 30}), [1]),
        (did("view", within={"at_least_days_ago": 20}), [1, 2, 3, 4, 5]),
        ({"condition": "first_or_last", "fact": "view"}, [8, 7, 6, 5, 4]),
        (last("view", has={"property": "price", "op": "exists"}), [1, 2, 3, 4, 5]),
    ],
)
def test_why_shows_the_facts_that_decide(rule: dict[str, Any], days: list[int]):
    send(*people(a=[("view", ago * D, {}) for ago in range(1, 9)]))
    member = Identity.objects.get(hash=lookup_hash("user_id", "a")).member_id

    answer = why(checked(rule)[0], member, NOW)

    assert [(NOW - fact.occurred_at).days for fact in answer.facts] == days


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (trait("city", "exists"), "上海", ""),
        (trait("city", "absent"), "上海", "a"),
        (trait("city", "eq", "上海"), "上海", ""),
        (trait("city", "ne", "上海"), "上海", "a"),
        (trait("city", "in", ["上海"]), "上海", ""),
        (trait("city.name", "not_in", ["x"]), {"name": "x"}, "a"),
        (trait("city", "gte", 1), 3, ""),
        (trait("email", "absent"), "a@example.com", "a"),
        ({"condition": "trait_date", "trait": "city", "from_days": -1, "to_days": 1}, "2026-03-10", ""),
        ({"condition": "trait_date", "trait": "birthday", "every": "year", "from_days": -1, "to_days": 1}, "1990-03-10", ""),
    ],
)
def test_a_trait_taken_back_is_absent_and_what_is_older_does_not_bring_it_back(rule: dict[str, Any], value: Any, expected: str):
    name = rule["trait"].partition(".")[0]
    before = services.create(SYSTEM, "先", rule, now=NOW)
    pump(NOW)
    send(*people(a={name: value}))
    assert inside(before, NOW) == set("a") - set(expected)

    send(*people(a={name: None}), at=NOW + H)
    after = services.create(SYSTEM, "后", rule, now=NOW + H)
    assert inside(before, NOW + H) == inside(after, NOW + H) == set(expected)

    late = {"type": "identify", "userId": "a", "traits": {name: value}, "timestamp": (NOW + M).isoformat()}
    send(late, at=NOW + 2 * H)
    assert inside(before, NOW + 2 * H) == inside(after, NOW + 2 * H) == set(expected)

    send(*people(a={name: value}), at=NOW + 3 * H)
    assert inside(before, NOW + 3 * H) == inside(after, NOW + 3 * H) == set("a") - set(expected)


def test_a_trait_taken_back_by_the_newest_handle_is_absent_after_the_merge():
    number = services.create(SYSTEM, "一", trait("city", "exists"), now=NOW)
    send(*people(a={"city": "上海"}))
    send({"type": "identify", "anonymousId": "device", "traits": {"city": None}}, at=NOW + H)
    assert inside(number, NOW + H) == {"a"}

    send({"type": "identify", "userId": "a", "anonymousId": "device"}, at=NOW + 2 * H)

    assert inside(number, NOW + 2 * H) == set()


def test_what_was_taken_back_is_explained_and_neither_suggested_nor_copied():
    send(*people(a={"city": "上海", "wedding": "2026-03-12"}))
    services.create(SYSTEM, "一", {"condition": "trait_date", "trait": "wedding", "from_days": 0}, now=NOW)
    pump(NOW)
    member = Identity.objects.get(hash=lookup_hash("user_id", "a")).member_id
    assert (queries.trait_names(), len(privacy.export(member)["dates"])) == (["city", "wedding"], 1)

    send(*people(a={"city": None, "wedding": None}), at=NOW + H)

    assert (queries.trait_names(), privacy.export(member)["dates"]) == ([], [])
    assert why(checked(trait("city", "eq", "上海"))[0], member, NOW + H).told.count("2026-03-10") == 1


def test_who_was_anonymous_brings_along_what_was_done():
    number = services.create(SYSTEM, "一", did("x", times=2), now=NOW)
    send({"type": "track", "anonymousId": "device", "event": "x"}, *people(a=[("x", H, {})]))
    assert inside(number, NOW) == set()

    send({"type": "identify", "userId": "a", "anonymousId": "device"}, at=NOW + H)

    assert inside(number, NOW + H) == {"a"}
