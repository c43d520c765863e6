"""What people may do with channels, what is refused, and the figures that follow."""

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection

from siyu.acquisition import privacy, queries, services
from siyu.acquisition.models import Attribution, Channel
from siyu.acquisition.reactions import attribute
from siyu.lib.refusal import Refusal
from siyu.lib.web.keyset import Position
from siyu.merchant.rules import Actor, Scope
from siyu.orders.tests.builders import NOON, at, batch_of, fact, handle, member, owner, tell

pytestmark = pytest.mark.django_db
LI = Actor("staff", 7, "Li")
DAY = date(2026, 3, 1)
ZONE = ZoneInfo("Asia/Shanghai")


def audited() -> list[tuple[str, str]]:
    return list(apps.get_model("merchant", "Audit").objects.order_by("id").values_list("verb", "actor_name"))


def arrive(*facts: object) -> None:
    with connection.cursor() as cursor:
        attribute(cursor.cursor, batch_of(list(facts)))  # type: ignore[arg-type]


def test_a_channel_is_made_changed_archived_and_restored() -> None:
    made = services.create_channel(LI, "live", "Live room", "short_video", now=NOON)
    services.change_channel(LI, made, "Live", "ad")
    services.archive_channel(LI, made, now=NOON)
    services.archive_channel(LI, made, now=NOON)
    assert queries.channels() == []
    services.restore_channel(LI, made)

    assert [(c.code, c.name, c.kind, c.created_by) for c in queries.channels()] == [("live", "Live", "ad", "Li")]
    assert audited() == [(f"channel.{verb}", "Li") for verb in ("created", "changed", "archived", "restored")]


def test_a_rule_takes_arrivals_from_now_on_until_it_is_removed() -> None:
    made = services.create_channel(LI, "live", "Live", "ad", now=NOON)
    who = [handle() for _ in range(3)]

    arrive(fact("page.viewed", at(0), who[0], utm_source="douyin"))
    rule = services.add_rule(LI, made, 1, source=" Douyin ")
    arrive(fact("page.viewed", at(1), who[1], utm_source="douyin"))
    services.remove_rule(LI, rule)
    arrive(fact("page.viewed", at(2), who[2], utm_source="douyin"))

    assert [Attribution.objects.get(member_id=owner(one)).first_channel.code for one in who] == ["utm:douyin", "live", "utm:douyin"]


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("channel.code", lambda made: services.create_channel(LI, " x", "X", "ad", now=NOON)),
        ("channel.code", lambda made: services.create_channel(LI, "utm:x", "X", "ad", now=NOON)),
        ("channel.code", lambda made: services.create_channel(LI, "other", "X", "ad", now=NOON)),
        ("channel.code_taken", lambda made: services.create_channel(LI, "live", "X", "ad", now=NOON)),
        ("channel.name", lambda made: services.change_channel(LI, made, " ", "ad")),
        ("channel.kind", lambda made: services.change_channel(LI, made, "X", "tv")),
        ("channel.unknown", lambda made: services.archive_channel(LI, 0, now=NOON)),
        ("rule.empty", lambda made: services.add_rule(LI, made, 1, source=" ")),
        ("rule.rank", lambda made: services.add_rule(LI, made, -1, source="x")),
        ("rule.value", lambda made: services.add_rule(LI, made, 1, source="x" * 101)),
        ("rule.unknown", lambda made: services.remove_rule(LI, 0)),
        ("cost.period", lambda made: services.enter_cost(LI, made, DAY, DAY - timedelta(1), 1, now=NOON)),
        ("cost.period", lambda made: services.enter_cost(LI, made, DAY, DAY + timedelta(4000), 1, now=NOON)),
        ("cost.amount", lambda made: services.enter_cost(LI, made, DAY, DAY, -1, now=NOON)),
        ("cost.note", lambda made: services.enter_cost(LI, made, DAY, DAY, 1, "x" * 501, now=NOON)),
        ("cost.unknown", lambda made: services.archive_cost(LI, 0, now=NOON)),
    ],
)
def test_what_is_refused_leaves_no_trace(code: str, refused: Callable[[int], None]) -> None:
    made = services.create_channel(LI, "live", "Live", "ad", now=NOON)

    with pytest.raises(Refusal) as refusal:
        refused(made)

    assert refusal.value.code == code
    assert audited() == [("channel.created", "Li")]


def test_figures_of_a_period_by_channel_with_cost_and_cac() -> None:
    live = services.create_channel(LI, "live", "Live", "ad", now=NOON)
    idle = services.create_channel(LI, "idle", "Idle", "ad", now=NOON)
    services.archive_channel(LI, services.create_channel(LI, "gone", "Gone", "ad", now=NOON), now=NOON)
    buyers = [handle(), handle(), handle(member(is_identified=False))]
    arrive(
        *(fact("pool.joined", at(0), one, channel="live", code="a") for one in buyers),
        fact("page.viewed", at(1), buyers[0], channel="live"),
    )
    arrive(fact("page.viewed", at(30), buyers[0], channel="idle"))
    tell([fact("order.paid", at(2), buyers[0], amount_minor=1), fact("order.paid", at(60), buyers[1], order_number="2", amount_minor=1)])
    services.enter_cost(LI, live, DAY, DAY + timedelta(2), 3001, now=NOON)
    wrong = services.enter_cost(LI, live, DAY, DAY, 999, now=NOON)
    services.archive_cost(LI, wrong, now=NOON)

    figures = queries.channel_figures(DAY, DAY, ZONE)

    assert [(one.code, *one[5:]) for one in figures] == [("live", 4, 3, 2, 1, 1000, 500), ("idle", 0, 0, 0, 0, 0, None)]
    assert queries.arrivals_by_day(DAY, DAY + timedelta(5), ZONE) == {(DAY, live): 4, (DAY + timedelta(2), idle): 1}
    assert queries.codes_of_channel(live, DAY, DAY, ZONE) == [("a", 3, 2)]
    narrowed = queries.channel_figures(DAY, DAY, ZONE, Scope(store_ids=()))
    assert [one[5:] for one in narrowed] == [(0, 0, 0, 0, 0, None)] * 2
    assert [cost.amount_minor for cost in queries.costs(Position(limit=5), channel_id=live)] == [3001]


def test_a_member_knows_first_and_last_channel_until_erased() -> None:
    who = handle()
    arrive(fact("pool.joined", at(0), who, channel="a", code="c1"), fact("pool.joined", at(1), who, channel="b"))
    channels = queries.attribution_of(owner(who))
    assert channels is not None
    assert (channels.first_channel, channels.first_code, channels.last_channel) == ("a", "c1", "b")
    assert [arrival["channel"] for arrival in privacy.export(owner(who))["arrivals"]] == ["a", "b"]

    privacy.erase(owner(who))

    assert queries.attribution_of(owner(who)) is None
    assert privacy.export(owner(who)) == {"arrivals": []}
    assert Channel.objects.count() == 2
