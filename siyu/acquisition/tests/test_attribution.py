"""Which channel a person is owed to, and that no order of arrival changes it."""

import random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.acquisition import reactions
from siyu.acquisition.merger import absorb, release
from siyu.acquisition.models import Arrival, Attribution, Channel, ChannelRule
from siyu.facts.rules import Fact
from siyu.lib.sql import statements
from siyu.orders.tests.builders import NOON, at, batch_of, fact, handle, member, move, owner, rows

pytestmark = pytest.mark.django_db


def attribute(*batches: list[Fact]) -> None:
    for facts in batches:
        with transaction.atomic(), connection.cursor() as cursor:
            reactions.attribute(cursor.cursor, batch_of(facts))


def channel(code: str, *rules: tuple[int, str, str, str]) -> Channel:
    row = Channel.objects.create(code=code, name=code, created_by="Li", created_at=NOON)
    for rank, source, medium, campaign in rules:
        ChannelRule.objects.create(channel=row, rank=rank, utm_source=source, utm_medium=medium, utm_campaign=campaign)
    return row


def arrivals() -> list[tuple[str, str]]:
    return list(Arrival.objects.order_by("occurred_at", "message").values_list("channel__code", "code"))


def test_a_fact_that_names_a_channel_is_an_arrival() -> None:
    who = handle()

    attribute([fact("pool.joined", at(1), who, channel="wecom", code="poster-7"), fact("page.viewed", at(2), who, channel="live")])

    assert arrivals() == [("wecom", "poster-7"), ("live", "")]
    owed = Attribution.objects.get(member_id=owner(who))
    assert (owed.first_channel.code, owed.first_code, owed.first_at) == ("wecom", "poster-7", at(1))
    assert (owed.last_channel.code, owed.last_at) == ("live", at(2))
    assert Channel.objects.get(code="wecom").created_by == "siyu"


@pytest.mark.parametrize(
    "told",
    [
        {"name": "consent.given", "channel": "sms"},
        {"name": "stage.changed", "channel": "wecom"},
        {"name": "page.viewed", "channel": 7},
        {"name": "page.viewed", "utm_source": " "},
        {"name": "page.viewed", "code": "x"},
    ],
)
def test_what_is_no_arrival(told: dict[str, Any]) -> None:
    attribute([fact(told.pop("name"), at(1), handle(), **told), fact("page.viewed", at(1), None, channel="wecom")])

    assert not Arrival.objects.exists()
    assert not Channel.objects.exists()


def test_utm_values_find_their_channel_by_the_first_rule_that_matches() -> None:
    channel("ads", (2, "douyin", "", ""))
    channel("live", (1, "Douyin", "live", ""))
    channel("double11", (3, "", "", "d11"))
    channel("gone", (0, "douyin", "", "")).__class__.objects.filter(code="gone").update(archived_at=NOON)

    attribute(
        [
            fact("page.viewed", at(1), handle(), utm_source="DOUYIN", utm_medium="live", utm_campaign="spring"),
            fact("page.viewed", at(2), handle(), utm_source="douyin", utm_medium="feed"),
            fact("page.viewed", at(3), handle(), utm_source="weibo", utm_campaign="D11"),
            fact("page.viewed", at(4), handle(), utm_source="Weibo", code="c1"),
            fact("page.viewed", at(5), handle(), utm_medium="mail"),
        ]
    )

    assert arrivals() == [("live", "spring"), ("ads", ""), ("double11", "D11"), ("utm:weibo", "c1"), ("other", "")]
    assert Channel.objects.get(code="utm:weibo").name == "weibo"


def test_facts_make_only_so_many_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "MAX_AUTOMATIC", 2)
    channel("mine")

    attribute([fact("page.viewed", at(hour), handle(), channel=f"c{hour}") for hour in range(3)])
    attribute([fact("page.viewed", at(9), handle(), channel="mine"), fact("page.viewed", at(10), handle(), utm_source="x")])
    attribute([fact("page.viewed", at(11), handle(), channel="c1"), fact("page.viewed", at(12), handle(), channel="w" * 101)])

    assert [code for code, _ in arrivals()] == ["c0", "c1", "other", "mine", "other", "c1", "other"]


def test_a_merge_takes_the_earliest_and_an_undo_gives_it_back() -> None:
    survivor, loser = handle(), handle()
    kept, lost = owner(survivor), owner(loser)
    attribute([fact("page.viewed", at(5), survivor, channel="b"), fact("page.viewed", at(1), loser, channel="a")])

    move(loser, kept)
    with connection.cursor() as cursor:
        absorb(cursor.cursor, [(kept, lost)])
    assert list(Attribution.objects.values_list("member_id", "first_channel__code", "last_channel__code")) == [(kept, "a", "b")]

    move(loser, lost)
    with connection.cursor() as cursor:
        release(cursor.cursor, [(kept, lost)])
    assert set(Attribution.objects.values_list("member_id", "first_channel__code")) == {(kept, "b"), (lost, "a")}


_told = st.tuples(
    st.integers(0, 3),
    st.sampled_from([0, 1, 2]),
    st.one_of(
        st.fixed_dictionaries({"channel": st.sampled_from("abc")}, optional={"code": st.sampled_from("xy")}),
        st.fixed_dictionaries({"utm_source": st.sampled_from(["A", "q"])}),
        st.just({}),
    ),
)
_STATE = (
    "SELECT a.member_id, f.code, first_code, first_at, first_message, l.code, last_code, last_at, last_message"
    " FROM acquisition_attribution a JOIN acquisition_channel f ON f.id = first_channel_id"
    " JOIN acquisition_channel l ON l.id = last_channel_id ORDER BY 1",
    "SELECT c.code, identity_id, a.code, occurred_at, message FROM acquisition_arrival a JOIN acquisition_channel c ON c.id = channel_id"
    " ORDER BY message",
)


def _lived(parts: list[list[Fact]]) -> list[list[tuple]]:
    with transaction.atomic():
        attribute(*parts)
        found = [rows(query) for query in _STATE]
        broken = {name: rows(query) for name, query in vars(statements("siyu.acquisition", "verify")).items()}
        transaction.set_rollback(True)
    assert not any(broken.values()), broken
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(_told, min_size=1, max_size=10), chance=st.randoms(use_true_random=False))
def test_any_order_of_arrival_and_any_split_end_in_the_same_attribution(history: list[Any], chance: random.Random) -> None:
    both = member()
    handles = [handle(both), handle(both), handle()]
    facts = [fact("page.viewed", at(hour), handles[who], message=n + 1, **told) for n, (hour, who, told) in enumerate(history)]

    one_at_a_time = _lived([[one] for one in facts])
    shuffled = list(facts)
    chance.shuffle(shuffled)
    middle = chance.randrange(len(facts) + 1)

    assert _lived([facts]) == one_at_a_time
    assert _lived([shuffled[:middle], shuffled[middle:]]) == one_at_a_time
    assert _lived([facts, facts]) == one_at_a_time
