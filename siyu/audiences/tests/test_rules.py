"""What a rule may be, and how a refusal names the node and the reason."""

from datetime import date
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from siyu.audiences.conditions import kinds
from siyu.audiences.rules import MAX_DEPTH, MAX_NODES, RuleError, leaves, parsed
from siyu.audiences.schema import schema
from siyu.facts.dates import anniversary, date_of
from siyu.lib.buckets import arm, bucket

from .histories import rules

PUBLISHED = jsonschema_rs.validator_for(schema())
TAG = {"condition": "tag", "tags": ["VIP"]}


def refusal(rule: object) -> RuleError:
    with pytest.raises(RuleError) as refused:
        parsed(rule, kinds())
    return refused.value


def deep(levels: int) -> dict:
    rule: dict = TAG
    for _ in range(levels):
        rule = {"not": rule}
    return rule


@pytest.mark.parametrize(
    ("rule", "at", "reason"),
    [
        ([], "rule", "must be an object"),
        ({"some": []}, "rule", "must be one of all, any, not, or a condition"),
        ({"all": []}, "all", "must be a list of 1 to"),
        ({"all": [TAG, {"any": [TAG, 5]}]}, "all[1].any[1]", "must be an object"),
        ({"not": {"condition": "weather"}}, "not", "there is no condition weather"),
        ({"all": [{"condition": "tag", "tags": []}]}, "all[0]", "length >= 1"),
        ({"condition": "tag", "tags": ["a"], "colour": "red"}, "rule", "unknown field `colour`"),
        ({"condition": "did_fact", "fact": "x", "times": -1}, "rule", "`times`"),
        ({"condition": "did_fact", "fact": "x", "within": {"last_days": 3, "last_hours": 2}}, "rule", "one of them"),
        ({"condition": "did_fact", "fact": "x", "within": {"last_minutes": 9, "last_hours": 2}}, "rule", "one of them"),
        ({"condition": "did_fact", "fact": "x", "within": {"last_minutes": 1_441}}, "rule", "<= 1440"),
        ({"condition": "did_fact", "fact": "audience.entered"}, "rule", "name the audience instead"),
        ({"all": [TAG, {"condition": "tag", "tags": ["\ud800"]}]}, "all[1]", "no text can hold"),
        ({"condition": "tag", "tags": ["a"], "\ud800": 1}, "rule", "no text can hold"),
        ({"condition": "bought", "skus": ["half \ud83d"]}, "rule", "no text can hold"),
        ({"condition": "belongs", "stores": [10**30]}, "rule", "`stores[0]`"),
        ({"condition": "did_fact", "fact": "Order Completed"}, "rule", "stands in the log as order.paid"),
        ({"condition": "sequence", "steps": [{"fact": "x"}, {"fact": "x "}]}, "rule", "no white space around it"),
        ({"condition": "did_fact", "fact": "x", "where": {"property": "a", "op": "near"}}, "rule", "op must be one of"),
        ({"condition": "first_or_last", "fact": "x", "has": {"property": "a", "op": "near"}}, "rule", "op must be one of"),
        ({"condition": "trait", "trait": "phone", "value": "138"}, "rule", "encrypted"),
        ({"condition": "stage", "clock": "pool", "stages": ["lost"]}, "rule", "pool has the stages"),
        ({"condition": "regularly", "fact": "x", "periods": 3, "of": 2}, "rule", "periods must not exceed of"),
        ({"condition": "orders", "op": "between", "value": 3}, "rule", "between takes value and to"),
        ({"condition": "bucket", "salt": "s", "from_bucket": 5, "to_bucket": 5}, "rule", "smaller"),
        ({"condition": "trait_date", "trait": "w", "from_day": "2026-03-02", "to_day": "2026-03-01"}, "rule", "must not lie behind"),
        (
            {"condition": "trait_date", "trait": "w", "every": "year", "from_days": 0, "to_days": 3, "to_day": "2026-03-01"},
            "rule",
            "no two",
        ),
        ({"condition": "audience", "audience": 7, "within": {"last_days": 0}}, "rule", ">= 1"),
    ],
)
def test_a_refusal_names_the_node_and_the_reason(rule: object, at: str, reason: str):
    refused = refusal(rule)

    assert refused.code == "rule.invalid"
    assert refused.at == at
    assert reason in refused.because


def test_depth_and_nodes_are_limited():
    assert len(list(leaves(parsed(deep(MAX_DEPTH - 1), kinds())))) == 1
    assert "nested deeper" in refusal(deep(MAX_DEPTH)).because
    assert "at most" in refusal({"all": [TAG] * MAX_NODES}).because


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules([]))
def test_the_published_schema_takes_what_the_parser_takes(rule: dict):
    parsed(rule, kinds())

    PUBLISHED.validate(rule)


@pytest.mark.parametrize(
    "where",
    [
        {"property": "a"},
        {"property": "a", "op": "near", "value": 1},
        {"property": "a", "op": "eq", "value": None},
        {"all": []},
        {"property": "a", "op": "in", "value": []},
        [],
    ],
)
def test_the_published_schema_looks_into_filters(where: object):
    assert not PUBLISHED.is_valid({"condition": "did_fact", "fact": "x", "where": where})
    assert not PUBLISHED.is_valid({"condition": "first_or_last", "fact": "x", "has": where})
    assert not PUBLISHED.is_valid({"condition": "sequence", "steps": [{"fact": "x", "where": where}, {"fact": "y"}]})


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("1990-05-20", 5, 20),
        ("1990/5/20", 5, 20),
        ("19900520", 5, 20),
        ("05-20", 5, 20),
        ("1990年5月20日", 5, 20),
        ("1990-05-20T00:00:00Z", 5, 20),
        (19900520.0, 5, 20),
        (643219200, 5, 21),  # 16:00Z on the 20th
        ("643219200000", 5, 21),
    ],
)
def test_dates_are_read_however_they_are_written(text: object, month: int, day: int):
    found = date_of(text, ZoneInfo("Asia/Shanghai"))

    assert (found.month, found.day_of_month) == (month, day)


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2026-03-09T16:00:00.000Z", "Asia/Shanghai", date(2026, 3, 10)),
        ("2026-03-09T15:59:59Z", "Asia/Shanghai", date(2026, 3, 9)),
        ("2026-03-10T00:00:00Z", "America/New_York", date(2026, 3, 10)),
        ("2026-03-10T03:00:00+00:00", "America/New_York", date(2026, 3, 9)),
        ("2026-03-10T23:00:00", "America/New_York", date(2026, 3, 10)),
        ("9999-12-31T23:00:00Z", "Asia/Shanghai", date(9999, 12, 31)),
        (1773072000, "Asia/Shanghai", date(2026, 3, 10)),  # 16:00Z on the 9th
        (1773071999.999, "Asia/Shanghai", date(2026, 3, 9)),
        (1773071999999, "Asia/Shanghai", date(2026, 3, 9)),
        ("1773111600.5", "America/New_York", date(2026, 3, 9)),
        (643161600000, "America/New_York", date(1990, 5, 20)),  # midnight in UTC: a mere date
        (100_000_000, "UTC", date(1973, 3, 3)),
        (4_102_444_799_999, "UTC", date(2099, 12, 31)),
    ],
)
def test_an_instant_lies_on_the_business_day_on_which_it_falls(text: object, zone: str, day: date):
    assert date_of(text, ZoneInfo(zone)).day == day


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-31", "13-01", "soon", "", "20269999", None, 5, 5.2, True, 99_999_999, 4_102_444_800, 4_102_444_800_000, -643161600,
        13800138000, 13800138000.0, 10**400, float("inf"), float("nan"),
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: object):
    assert date_of(text, ZoneInfo("Asia/Shanghai")) is None


def test_the_29th_of_february_comes_back_on_the_28th_of_common_years():
    assert anniversary(2, 29, 2027) == date(2027, 2, 28)
    assert anniversary(2, 29, 2028) == date(2028, 2, 29)


def test_arms_are_sticky_and_of_the_right_size():
    """Ten thousand members, 30 : 60 : 10 hold-out: each arm within five standard deviations, the same every time."""
    placed = [arm("spring", number, [3_000, 6_000]) for number in range(1, 10_001)]

    assert placed == [arm("spring", number, [3_000, 6_000]) for number in range(1, 10_001)]
    for index, share in enumerate((0.3, 0.6, 0.1)):
        assert abs(placed.count(index) - 10_000 * share) < 5 * (10_000 * share * (1 - share)) ** 0.5
    assert placed != [arm("autumn", number, [3_000, 6_000]) for number in range(1, 10_001)]


@pytest.mark.django_db
def test_sql_and_python_draw_the_same_bucket():
    from siyu.audiences.conditions.bucket import bucket_sql

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n, {bucket_sql('spring 50%', 'n')} FROM generate_series(1, %(most)s::bigint) AS n", {"most": 500})
        assert all(found == bucket("spring 50%", number) for number, found in cursor.fetchall())
