"""The points mall: points are held, taken or given back, stock and limits with them; codes are handed out once."""

from datetime import timedelta

import pytest

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.tests.scene import START, days, is_the_same_as, rows
from siyu.membership.queries.mall import collection, offers_for, redemptions_of
from siyu.membership.services.mall import cancel, change_stock, hand_over, receive, redeem, ship
from siyu.membership.tests.counter import HOME, LI, available, fetch, gift, held, person, stock, vouchers
from siyu.membership.tests.test_verify import broken
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db


def refused(code: str, do: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        do()  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_redeeming_holds_points_and_shipping_takes_them() -> None:
    gift("thermos")
    anna = person("anna")

    redeemed = redeem(SYSTEM, anna, "thermos", "k", START, quantity=2, delivery="ship", address=HOME)

    assert (redeemed.state, redeemed.points, available(anna), held(anna), stock("thermos")) == ("waiting", 200, 800, 200, 3)
    ship(LI, redeemed.number, "顺丰", "SF100", START + days(1))
    assert (available(anna), held(anna)) == (800, 0)
    receive(LI, redeemed.number, START + days(3))
    pump(START + days(4))
    assert [name for (name,) in rows("SELECT name FROM facts_log WHERE name LIKE 'gift.%%' ORDER BY id")] == [
        "gift.redeemed",
        "gift.fulfilled",
    ]
    assert broken() == []


def test_cancelling_gives_points_stock_and_limit_back() -> None:
    gift("thermos", limit_each=1)
    anna = person("anna")
    redeemed = fetch(anna, "thermos")
    refused("gift.limit", lambda: fetch(anna, "thermos", "k2"))

    cancel(SYSTEM, redeemed.number, "不想要了", START + days(1), member_id=anna)

    assert (available(anna), held(anna), stock("thermos")) == (1_000, 0, 5)
    assert fetch(anna, "thermos", "k3").state == "ready"
    refused("redemption.state", lambda: cancel(SYSTEM, redeemed.number, "again", START + days(1)))
    assert broken() == []


def test_the_same_key_answers_again_and_another_body_is_refused() -> None:
    gift("thermos")
    anna = person("anna")

    first, second = fetch(anna, "thermos", "k"), fetch(anna, "thermos", "k")

    assert second == first._replace(is_repeated=True)
    assert (available(anna), stock("thermos")) == (900, 4)
    refused("key.reused", lambda: fetch(anna, "thermos", "k", quantity=2))
    refused("key.reused", lambda: fetch(anna, "thermos", "k", delivery="ship", address=HOME))


def test_refusals_say_what_is_missing() -> None:
    gift("thermos", stock=1, points=300)
    gift("later", from_at=START + days(1))
    gift("over", until_at=START)
    gift("gold_only", tiers=["gold"])
    gift("mothers", tags=["宝妈"])
    anna = person("anna", 250)

    missing = refused("gift.points", lambda: fetch(anna, "thermos"))

    assert missing.values["missing"] == 50
    refused("gift.sold_out", lambda: fetch(anna, "thermos", quantity=2))
    for code, because in (("later", "gift.not_yet"), ("over", "gift.off_sale"), ("gold_only", "gift.tier"), ("mothers", "gift.audience")):
        refused(because, lambda code=code: fetch(anna, code))
    refused("gift.delivery", lambda: fetch(anna, "thermos", delivery="", quantity=1) if person("rich", 999) else None)
    assert (available(anna), held(anna)) == (250, 0)


def test_an_address_is_asked_for_kept_encrypted_and_shown_masked() -> None:
    gift("thermos")
    anna = person("anna")

    refused("gift.address", lambda: fetch(anna, "thermos", delivery="ship"))
    refused("gift.address", lambda: fetch(anna, "thermos", delivery="ship", address=HOME._replace(phone="call me")))
    fetch(anna, "thermos", delivery="ship", address=HOME)

    (own,) = redemptions_of(anna)
    assert own.address is not None
    assert (own.address.name, own.address.phone) == ("张**", "138****5678")
    assert "张小雨".encode() not in bytes(rows("SELECT address FROM membership_redemption")[0][0])


def test_codes_are_handed_out_once_in_order() -> None:
    vouchers("tea", "T-1", "T-2", "T-1")
    anna, ben = person("anna"), person("ben")

    one, two = redeem(SYSTEM, anna, "tea", "a", START), redeem(SYSTEM, ben, "tea", "b", START)

    assert (one.codes, two.codes) == (["T-1"], ["T-2"])
    assert (available(anna), held(anna)) == (950, 0)
    refused("gift.sold_out", lambda: redeem(SYSTEM, anna, "tea", "c", START))
    assert broken() == []


def test_a_gift_of_rewards_gives_them_at_once() -> None:
    gift("growth_pack", "reward", stock=None, points=100, rewards=[{"kind": "growth", "amount": 300}])
    anna = person("anna")

    redeemed = redeem(SYSTEM, anna, "growth_pack", "g", START)

    assert redeemed.state == "handed"
    assert rows("SELECT sum(available) FROM loyalty_account WHERE owner_id = %s AND unit = 'growth'", [anna])[0][0] == 300


def test_a_pick_up_code_collects_once() -> None:
    gift("thermos", pick_up_days=3)
    anna = person("anna")
    code = fetch(anna, "thermos").pick_up_code

    shown = collection(f" {code[:5].lower()}-{code[5:]} ")
    assert shown is not None
    assert (shown.gift, shown.state, shown.nickname) == ("thermos", "ready", "a***")
    hand_over(LI, code, START + days(1))

    assert (available(anna), held(anna)) == (900, 0)
    refused("pick_up.used", lambda: hand_over(LI, code, START + days(1)))
    refused("pick_up.unknown", lambda: hand_over(LI, "NOSUCHCODE", START))
    assert broken() == []


def test_what_nobody_fetches_goes_back_at_its_hour() -> None:
    gift("thermos", pick_up_days=3)
    anna = person("anna")
    code = fetch(anna, "thermos").pick_up_code

    pump(START + days(3) - timedelta(seconds=1))
    assert held(anna) == 100
    refused("pick_up.over", lambda: hand_over(LI, code, START + days(3)))
    pump(START + days(3))

    assert (available(anna), held(anna), stock("thermos")) == (1_000, 0, 5)
    assert [view.view.state for view in redemptions_of(anna)] == ["expired"]
    assert broken() == []


def test_a_gift_expires_even_where_the_worker_slept_longer_than_its_points_were_held() -> None:
    gift("thermos", stock=1, pick_up_days=3)
    anna = person("anna")
    fetch(anna, "thermos")

    assert pump(START + days(40)).stopped == ""

    assert [view.view.state for view in redemptions_of(anna)] == ["expired"]
    assert (available(anna), held(anna), stock("thermos")) == (1_000, 0, 1)
    assert broken() == []


def test_a_merge_takes_redemptions_and_limits_along() -> None:
    gift("thermos", limit_each=1)
    anna, _ben = person("anna"), person("ben")
    redeemed = fetch(anna, "thermos")

    is_the_same_as("ben", "anna", START + days(1))

    owner = rows("SELECT owner_id FROM membership_redemption")[0][0]
    refused("gift.limit", lambda: fetch(owner, "thermos", "again"))
    hand_over(LI, redeemed.pick_up_code, START + days(2))
    assert held(owner) == 0
    assert broken() == []


def test_stock_is_changed_with_a_reason_and_never_below_none() -> None:
    gift("thermos", stock=2)

    assert change_stock(LI, "thermos", 3, "到货", now=START) == 5
    refused("gift.stock", lambda: change_stock(LI, "thermos", -6, "盘点", now=START))
    refused("gift.because", lambda: change_stock(LI, "thermos", 1, " ", now=START))
    assert broken() == []


def test_offers_tell_each_member_what_stands_against_them() -> None:
    gift("cheap", points=10, sort=1)
    gift("dear", points=5_000, sort=2)
    anna = person("anna")

    cheap, dear = offers_for(anna, START)

    assert (cheap.may_redeem, dear.may_redeem) == (True, False)
    assert [(one.code, one.missing) for one in dear.obstacles] == [("gift.points", 4_000)]
