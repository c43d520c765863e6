"""The console's pages of check-in, tasks, honours and the mall: what an operator does there is done by the services."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.loyalty.services import Because, Grant, grant
from siyu.loyalty.tests.scene import happens, member, rows
from siyu.membership.pages.fields import rewards_of, text_of
from siyu.membership.services.mall import GiftTerms, create_gift, put_on_sale, redeem
from siyu.membership.tests.counter import HOME
from siyu.merchant.rules import REACHES, SYSTEM, Role

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def staff(role: Role = Role.OWNER) -> Client:
    """A logged-in person of a role."""
    client, people = Client(), apps.get_model("merchant.Staff").objects
    client.force_login(
        people.create(username=f"{role}{people.count()}", name="Lin", role=role, reach=REACHES[role][0].value, language="en")
    )
    return client


def anna(points: int = 500) -> int:
    happens("member.identified", "anna", utc_now() - timedelta(days=2), traits={"nickname": "安娜"})
    rows("UPDATE members_member SET nickname = '安娜', is_identified = true RETURNING id")
    number = member("anna")
    grant(SYSTEM, [Grant(number, "points", points, "opening", Because("test", "opening", "期初"))], utc_now())
    return number


def thermos() -> None:
    create_gift(SYSTEM, "thermos", "physical", GiftTerms(name="保温杯", points=100, delivery=["ship", "pick_up"]), now=utc_now(), stock=3)
    put_on_sale(SYSTEM, "thermos", on=True, now=utc_now())


def test_a_ladder_is_published_by_its_page() -> None:
    client, day = staff(), utc_now().date() + timedelta(days=1)

    page = client.post(
        reverse("check-in-edit"),
        {
            "from_day": str(day),
            "steps": "3: points 5\n7: 积分 20 + make_up_card 1",
            "is_cyclic": "on",
            "may_make_up": "on",
            "price_points": "10",
        },
    )

    assert page.status_code == 302, page.content.decode()
    (definition,) = rows("SELECT definition::text FROM membership_checkinversion")[0]
    assert '"day": 7' in definition
    assert "make_up_card" in definition
    assert client.get(reverse("check-in")).status_code == 200


def test_a_task_a_badge_and_a_board_are_made_by_their_pages() -> None:
    client, day = staff(), utc_now().date() + timedelta(days=1)
    task = {
        "code": "first_review", "name": "首次评价", "trigger": "product.reviewed", "counts": "times", "period": "all",
        "steps": "1: points 20",
        "claim": "by_hand", "claim_days": "0", "refunds": "keep", "from_day": str(day), "sort": "0",
    }  # fmt: skip
    badge = {"code": "critic", "name": "点评家", "icon": "star", "colour": "yellow", "measure": "facts", "trigger": "product.reviewed"}
    board = {
        "code": "stars",
        "name": "积分榜",
        "measure": "points",
        "period": "month",
        "among": "all",
        "top": "10",
        "prizes": "1: points 50",
    }

    for name, body in (("task-new", task), ("badge-new", badge | {"levels": "1 铜\n10 银: points 50"}), ("board-new", board)):
        assert client.post(reverse(name), body).status_code == 302, name

    for name, code in (("task", "first_review"), ("badge", "critic"), ("board", "stars")):
        assert client.get(reverse(name, args=[code])).status_code == 200
    for page in (reverse("tasks-of-members"), reverse("task", args=["first_review"])):
        assert "product.reviewed" not in client.get(page).content.decode()
    edited = client.get(reverse("badge-edit", args=["critic"])).content.decode()
    assert "10 银: points 50" in edited
    assert client.post(reverse("badge-judge", args=["critic"])).status_code == 302
    assert rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'siyu.membership.jobs.judge'")[0][0] == 1
    wrong = client.post(reverse("task-new"), task | {"code": "other", "steps": "one: points"})
    assert "does not begin with a number" in wrong.content.decode()


def test_a_gift_is_made_put_on_sale_redeemed_and_shipped() -> None:
    client = staff()
    body = {
        "code": "thermos",
        "kind": "physical",
        "name": "保温杯",
        "points": "100",
        "stock": "3",
        "delivery": ["ship"],
        "limit_period": "all",
    }
    body |= {"pick_up_days": "14", "upload": SimpleUploadedFile("a.png", PNG)}
    assert client.post(reverse("gift-new"), body).status_code == 302
    client.post(reverse("gift-sale", args=["thermos"]), {"on": "1"})
    number = redeem(SYSTEM, anna(), "thermos", "k", utc_now(), delivery="ship", address=HOME).number

    shown = client.get(reverse("redemption", args=[number])).content.decode()
    shipped = client.post(reverse("redemption-ship", args=[number]), {"carrier": "顺丰", "tracking": "SF1"})

    assert "138****5678" in shown
    assert "世纪大道" not in shown
    assert shipped.status_code == 302
    assert rows("SELECT state, carrier FROM membership_redemption") == [("shipped", "顺丰")]
    assert "世纪大道" in client.post(reverse("redemption-reveal", args=[number])).content.decode()
    assert rows("SELECT count(*) FROM merchant_audit WHERE verb = 'redemption.address_revealed'")[0][0] == 1
    picture = rows("SELECT picture FROM membership_gift")[0][0]
    assert Client().get(reverse("gift-picture", args=[picture])).headers["Content-Type"] == "image/png"
    listed = b"".join(client.get(reverse("redemptions") + "?csv=1").streaming_content).decode()  # type: ignore[attr-defined]
    assert number in listed


def test_a_picture_that_is_none_is_refused() -> None:
    body = {"code": "x", "kind": "physical", "name": "x", "points": "1", "delivery": ["ship"], "limit_period": "all", "pick_up_days": "14"}
    page = staff().post(reverse("gift-new"), body | {"upload": SimpleUploadedFile("a.png", b"<script>")})

    assert "JPEG, PNG or WebP" in page.content.decode()
    assert rows("SELECT count(*) FROM membership_gift")[0][0] == 0


def test_the_counter_shows_a_gift_masked_and_hands_it_over_once() -> None:
    thermos()
    code = redeem(SYSTEM, anna(), "thermos", "k", utc_now(), delivery="pick_up").pick_up_code
    client = staff(Role.SHOP_ASSISTANT)

    looked = client.post(reverse("mall-scan"), {"code": code}).content.decode()
    handed = client.post(reverse("mall-scan"), {"code": code.lower(), "hand": "1"}).content.decode()
    again = client.post(reverse("mall-scan"), {"code": code, "hand": "1"}).content.decode()

    assert "保温杯" in looked
    assert "安**" in looked
    assert "安娜" not in looked
    assert "Handed over." in handed
    assert "was used" in again
    assert "no gift with this code" in client.post(reverse("mall-scan"), {"code": "NOTHING"}).content.decode()


def test_scope_hides_other_peoples_redemptions() -> None:
    thermos()
    number = redeem(SYSTEM, anna(), "thermos", "k", utc_now(), delivery="pick_up").number
    assistant = staff(Role.SHOP_ASSISTANT)

    assert number not in assistant.get(reverse("redemptions")).content.decode()
    assert assistant.get(reverse("redemption", args=[number])).status_code == 404
    assert staff(Role.FINANCE).post(reverse("redemption-cancel", args=[number]), {"because": "x"}).status_code == 403


def test_a_badge_given_by_hand_needs_one_member() -> None:
    client = staff()
    client.post(
        reverse("badge-new"), {"code": "founder", "name": "创始会员", "icon": "crown", "colour": "yellow", "measure": "hand", "levels": "0"}
    )
    number = anna()
    public = rows("SELECT public_id FROM members_member WHERE id = %s", [number])[0][0]

    wrong = client.post(reverse("badge-award", args=["founder"]), {"member": "nobody", "level": "1", "because": "老客户"})
    done = client.post(reverse("badge-award", args=["founder"]), {"member": public, "level": "1", "because": "老客户"})

    assert "means 0 members" in wrong.content.decode()
    assert done.status_code == 302
    assert "安娜" in client.get(reverse("badge", args=["founder"])).content.decode()
    pump(utc_now())


def test_rewards_are_read_as_they_are_written() -> None:
    rewards = rewards_of("points 100 + 成长值 50 ＋ make_up_card 2")

    assert rewards_of(text_of(rewards)) == rewards
    assert [terms["kind"] for terms in rewards] == ["points", "growth", "make_up_card"]
