"""Every recipe can be installed and published as it is, and a short history gives the touches that it promises."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from siyu.facts.pump import pump
from siyu.journeys import queries, services
from siyu.journeys.checking import problems
from siyu.journeys.recipes import recipes
from siyu.journeys.services.installing import answered
from siyu.journeys.tests.given import DAY, HOUR, NOW, say, tell
from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import balances
from siyu.loyalty.services import Because, Grant, grant, install_default_programme, publish_tiers
from siyu.loyalty.services.tiers import Step
from siyu.members.queries import tags
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import Template, Touch
from siyu.touches.tests import scene

pytestmark = pytest.mark.django_db
EARLIER = NOW - 400 * DAY
EVERY = sorted(recipes())


def pool(who: str = "yue", at: datetime = EARLIER, agrees_to: Sequence[str] = ("wecom", "inbox"), **traits: Any) -> int:
    """Somebody with an assistant of their own who agreed to these when joining, long ago."""
    install_default_programme(SYSTEM, date(2024, 1, 1))
    number = scene.customer(who, "mei", at=at, agrees=False, **traits)
    for channel in agrees_to:
        tell(say("consent.given", who, at, channel, purpose="marketing", channel=channel))
    return number


def install(recipe: str, at: datetime = NOW, **values: Any) -> None:
    pump(at)
    services.install(SYSTEM, recipe, "r", values, now=at)
    services.publish(SYSTEM, "r", now=at)
    pump(at)  # audiences are judged for the first time, silently


def told(member: int, status: str = "reserved") -> list[str]:
    """The words of the templates by which a member was to be touched, in order."""
    rows = Touch.objects.filter(member_id=member, status__in=(status, "asked", "sent")).order_by("wanted_at", "key")
    codes = Template.objects.in_bulk([one.template_id for one in rows])
    return [codes[one.template_id].code.removeprefix("r-") for one in rows]


def buys(who: str, at: datetime, amount: int = 9_900, sku: str = "tea") -> None:
    number = f"{who}{at:%Y%m%d%H}"
    lines = [{"sku": sku, "quantity": "1", "unit_price": "99", "amount_minor": amount}]
    tell(say("order.paid", who, at, shop="web", order_number=number, amount_minor=amount, lines=lines))


def grow(member: int, amount: int, at: datetime) -> None:
    grant(SYSTEM, [Grant(member, "growth", amount, f"g{amount}", Because("hand", "x", "成长值"))], now=at)
    pump(at)


def welcome() -> list[str]:
    yue = pool()
    install("welcome")
    tell(say("pool.joined", "yue", NOW + HOUR, channel="store"))
    pump(NOW + HOUR + 4 * DAY)
    assert balances([yue])[yue]["points"].available == 100
    return told(yue)


def wake_silent() -> list[str]:
    yue = pool()
    tell(say("pool.joined", "yue", EARLIER, channel="store"))
    tell(say("page.viewed", "yue", NOW - 29 * DAY, path="/home"))
    install("wake_silent")
    pump(NOW + 40 * DAY)
    return told(yue)


def price_drop() -> list[str]:
    yue, other = pool(), scene.person("li", EARLIER)
    install("price_drop")
    for price, at in ((9_900, NOW), (7_900, NOW + 2 * DAY), (6_900, NOW + 3 * DAY)):
        if price < 9_900:
            tell(say("product.viewed", "yue", at - HOUR, sku="tea"))
        tell(say("product.updated", "shop", at, sku="tea", price_minor=price))
    assert told(other) == []
    return told(yue)


def growth_topics() -> list[str]:
    yue = pool()
    tell(say("pool.joined", "yue", NOW - 29 * DAY, channel="store"))
    install("growth_topics")
    pump(NOW + 20 * DAY)
    return told(yue)


def birthday() -> list[str]:
    yue = pool(birthday="1990-05-25")
    install("birthday")
    pump(NOW + 6 * DAY)
    assert balances([yue])[yue]["points"].available == 200
    return told(yue)


def points_changed() -> list[str]:
    yue = pool()
    install("points_changed")
    for hour in (1, 2):  # two orders, one note
        buys("yue", NOW + hour * HOUR)
    pump(NOW + 5 * HOUR)
    return told(yue)


def points_expiring() -> list[str]:
    yue = pool()
    ends = NOW + 40 * DAY
    grant(SYSTEM, [Grant(yue, "points", 500, "p", Because("hand", "x", "积分"), expires_at=ends)], now=NOW - DAY)
    install("points_expiring")
    pump(NOW + 39 * DAY)
    return told(yue)


def tier_reached() -> list[str]:
    yue = pool()
    install("tier_reached")
    grow(yue, 1_200, NOW + HOUR)
    return sorted(told(yue))


def test_who_agreed_to_no_advertising_is_congratulated_on_a_tier_of_their_own() -> None:
    yue = pool(agrees_to=())
    install("tier_reached")
    grow(yue, 1_200, NOW + HOUR)

    assert sorted(told(yue)) == ["congratulate", "say"]


def tier_ending() -> list[str]:
    """Silver since a year but for 40 days, by growth of the last 30 days: at its end nothing will keep it."""
    pump(EARLIER)
    steps = [Step("bronze", "普通", 0, Decimal(1)), Step("silver", "银卡", 1_000, Decimal(1))]
    terms = {"window": {"kind": "rolling", "days": 30}, "valid": {"kind": "for", "months": 12}}
    begins = EARLIER.date()
    publish_tiers(SYSTEM, steps, begins, today=begins, now=EARLIER, terms=terms)
    yue = pool(at=EARLIER + DAY)
    grow(yue, 1_200, NOW - 325 * DAY)
    install("tier_ending")
    pump(NOW + 41 * DAY)
    return told(yue)


def member_day() -> list[str]:
    yue = pool()
    grow(yue, 1_200, NOW - DAY)
    install("member_day", day=21)
    pump(NOW + 2 * DAY)
    return told(yue)


def rebuy() -> list[str]:
    yue = pool()
    for days in (60, 40, 20):
        buys("yue", NOW - days * DAY)
    install("rebuy")
    buys("yue", NOW)
    pump(NOW + 19 * DAY)
    assert told(yue) == [], "every 20 days is the rhythm"
    pump(NOW + 21 * DAY)
    return told(yue)


def win_back() -> list[str]:
    yue = pool()
    buys("yue", NOW - 179 * DAY)
    install("win_back", hold_out=0)
    pump(NOW + 10 * DAY)
    return told(yue)


def koc() -> list[str]:
    yue = pool()
    for days in (30, 20, 10):
        buys("yue", NOW - days * DAY)
    install("koc")
    tell(*[say("product.shared", "yue", NOW + hour * HOUR, sku="tea") for hour in (1, 2, 3)])
    pump(NOW + 4 * DAY)
    assert "KOC候选" in str(tags(yue))
    return told(yue)


def welfare_group() -> list[str]:
    yue = pool()
    buys("yue", NOW - 59 * DAY)
    install("welfare_group")
    pump(NOW + 7 * DAY)
    tell(say("group.joined", "yue", NOW + 8 * DAY, group="g"))
    assert "福利群" in str(tags(yue))
    return told(yue)


def vip_group() -> list[str]:
    yue = pool()
    install("vip_group")
    grow(yue, 6_000, NOW + HOUR)
    pump(NOW + 7 * DAY)
    return told(yue)


PROMISES: list[tuple[Callable[[], list[str]], list[str]]] = [
    (welcome, ["hello", "first-order"]),
    (wake_silent, ["first", "second"]),
    (price_drop, ["cheaper"]),
    (growth_topics, ["topic1", "topic2", "topic3"]),
    (birthday, ["gift", "greeting"]),
    (points_changed, ["balance"]),
    (points_expiring, ["soon", "last"]),
    (tier_reached, ["congratulate", "say"]),
    (tier_ending, ["soon", "last"]),
    (member_day, ["today"]),
    (rebuy, ["again"]),
    (win_back, ["miss", "last"]),
    (koc, ["call", "invite"]),
    (welfare_group, ["invite", "again"]),
    (vip_group, ["invite", "again"]),
]


@pytest.mark.parametrize(("play", "promised"), PROMISES, ids=[play.__name__ for play, _ in PROMISES])
def test_a_short_history_gives_what_the_recipe_promises(play: Callable[[], list[str]], promised: list[str]) -> None:
    assert play() == promised


def test_every_recipe_is_played() -> None:
    assert sorted(play.__name__ for play, _ in PROMISES) == EVERY


@pytest.mark.parametrize("recipe", EVERY)
def test_every_recipe_installs_as_a_draft_without_fault(recipe: str) -> None:
    services.install(SYSTEM, recipe, "r", now=NOW)

    assert problems(queries.definition("r")) == []
    assert (queries.journey("r").state, queries.journey("r").name) == ("draft", str(recipes()[recipe].TITLE))
    assert len(str(recipes()[recipe].WORDS)) > 10


@pytest.mark.parametrize("recipe", EVERY)
def test_every_recipe_may_be_installed_again_by_sms_under_another_code(recipe: str) -> None:
    by_sms = {"medium": "sms"} if "medium" in recipes()[recipe].Values.__struct_fields__ else {}
    services.install(SYSTEM, recipe, "one", now=NOW)
    services.install(SYSTEM, recipe, "two", by_sms, now=NOW)

    assert problems(queries.definition("two")) == []
    media = {one.medium for one in Template.objects.filter(code__startswith="two-")}
    assert media <= {"sms", "task"} if by_sms else media


def test_what_is_asked_must_be_answered_rightly() -> None:
    with pytest.raises(Refusal) as caught:
        services.install(SYSTEM, "win_back", "r", {"days": 0}, now=NOW)
    assert caught.value.code == "recipe.values"
    with pytest.raises(Refusal) as caught:
        services.install(SYSTEM, "nothing", "r", now=NOW)
    assert caught.value.code == "recipe.unknown"
    assert answered(recipes()["win_back"].Values, {"days": "90"}).days == 90


def test_who_is_held_out_gets_nothing() -> None:
    yue = pool()
    buys("yue", NOW - 179 * DAY)
    install("win_back", hold_out=5_000)
    pump(NOW + 10 * DAY)

    counted = queries.counts("r", 1)
    assert counted.entered == 1
    held = counted.ways.get(("split", "held_out"), 0)
    assert (told(yue) == []) == bool(held)
    assert (balances([yue], NOW)[yue]["points"].available >= 200) == (not held)


def test_a_visit_starts_the_quiet_days_anew() -> None:
    yue = pool()
    tell(say("pool.joined", "yue", EARLIER, channel="store"))
    tell(say("page.viewed", "yue", NOW - 29 * DAY, path="/home"))
    install("wake_silent", silent_days=10)
    tell(say("page.viewed", "yue", NOW + timedelta(days=2), path="/home"))
    pump(NOW + 14 * DAY)
    assert told(yue) == [], "it was quiet before, silently; then again from day 12 on"

    pump(NOW + 16 * DAY)
    assert told(yue) == ["first"]


@pytest.mark.parametrize("recipe", EVERY)
def test_what_a_recipe_makes_is_named_in_the_language_of_whoever_installs_it(recipe: str) -> None:
    module = recipes()[recipe]
    values = module.Values()

    def names() -> list[str]:
        return [one.name for one in (*module.templates(values), *module.audiences(values))]

    with override("en"):
        assert all(name.isascii() for name in names())
    with override("zh-hans"):
        assert not any(name.isascii() for name in names())
