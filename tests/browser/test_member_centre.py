"""The member centre as a member uses it on a phone: sign in, check in, redeem, see why, say no, take the data, leave and stay."""

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from siyu.console.tests.people import OTHER_PHONE, PHONE
from siyu.console.tests.people import live as people
from siyu.lib.clock import utc_now
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches.services import Wish, post_inbox, propose
from siyu.touches.tests.scene import template

from .test_console import NAMELESS, fits

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
MOST_BYTES = 100_000
PAGES = (
    "/m/", "/m/points", "/m/check-in", "/m/mall", "/m/me", "/m/tier", "/m/tasks", "/m/honours", "/m/orders", "/m/inbox", "/m/redemptions",
    "/m/mall/tea",
    "/m/profile", "/m/consents", "/m/privacy", "/m/privacy/farewell", "/m/devices", "/m/notice", "/m/nothing",
)  # fmt: skip
SMALL = """[...document.querySelectorAll('a, button, input, select, summary')].filter(e => {
  const box = (e.closest('label') || e).getBoundingClientRect();
  return box.width && box.height && (box.height < 43.5 || box.width < 43.5) && !e.closest('p, .skip, .note') && e.type !== 'hidden';
}).map(e => e.outerHTML.slice(0, 120))"""
HEADINGS = "[...document.querySelectorAll('h1, h2, h3')].map(e => +e.tagName[1])"


@pytest.fixture(scope="module")
def seeding():
    """小月 and 阿杰 with points, everything on offer, codes that may be looked at."""

    def seed() -> None:
        from django.conf import settings

        from siyu.console.tests.people import member
        from siyu.portal.tests import offering

        settings.DEVELOPER_CODES = True
        people()
        offering.offer()
        for name in ("小月", "阿杰"):
            offering.points(member(name).pk, 2_000)
        made, now = template("inbox", "service", subject="新品到店", text="山茶花茶到店了 https://shop.example/tea"), utc_now()
        set_setting(SYSTEM, "touches.quiet_hours", {}, today(now), now=now)
        propose([Wish(member("小月").pk, made.pk, "inbox", "send:1", now)], now=now)
        assert post_inbox(now) == 1

    yield seed
    from django.conf import settings

    settings.DEVELOPER_CODES = False


@pytest.fixture(scope="module", autouse=True)
def working(live):
    """A worker beside the server: the pump lives what members tell, and prepares their copies."""
    from django.apps import apps
    from django.db import connection

    from siyu.facts.pump import pump
    from siyu.lib.clock import utc_now
    from siyu.portal import services

    ending = threading.Event()

    def work() -> None:
        while not ending.wait(0.15):
            pump(utc_now())
            for key in apps.get_model("portal.Copy").objects.filter(state="waiting").values_list("key", flat=True):
                services.prepare_copy(key, now=utc_now())
        connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    ending.set()
    thread.join(10)


@pytest.fixture
def enter(page, live):
    """Sign a member in by a session made on the server."""

    def come(phone: str = PHONE, language: str = "zh-hans", theme: str = "light", opened=None):
        from siyu.facts.rules import Handle
        from siyu.lib.clock import utc_now
        from siyu.portal import services

        token = services.sign_in([Handle("phone", phone)], way="code", device="iPhone · WeChat", now=utc_now()).token
        (opened or page).context.add_cookies(
            [
                {"name": "siyu_member", "value": token, "url": f"{live}/m/"},
                {"name": "django_language", "value": language, "url": live},
                {"name": "siyu_theme", "value": theme, "url": live},
            ]
        )
        return opened or page

    return come


def forget_codes() -> None:
    """A minute passes for whoever asked for a code."""
    from django.apps import apps

    apps.get_model("portal.Code").objects.all().delete()


def by_code(page, language: str, phone: str = PHONE) -> None:
    is_chinese = language == "zh-hans"
    forget_codes()
    page.get_by_role("textbox").fill(phone)
    page.get_by_role("button", name="获取验证码" if is_chinese else "Send me a code").click()
    codes = page.context.new_page()
    codes.goto("/m/dev/codes")
    code = codes.locator(".code").first.inner_text()
    codes.close()
    page.get_by_role("textbox").fill(code)
    page.get_by_role("button", name="登录" if is_chinese else "Sign in").click()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_member_signs_in_by_code_and_lives_a_day(page, live, width, language):
    is_chinese = language == "zh-hans"
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live}])
    page.goto("/m/check-in")
    by_code(page, language)
    page.get_by_role("button", name=re.compile("立即签到|今日已签到|Check in|Checked in today")).wait_for()
    button = page.get_by_role("button", name="立即签到" if is_chinese else "Check in", exact=True)
    if button.count():
        button.click()
    page.get_by_text("已连续签到 1 天" if is_chinese else "1 day in a row").first.wait_for()
    page.get_by_role("link", name="商城" if is_chinese else "Mall", exact=True).click()
    page.get_by_role("link", name="龙井茶").click()
    page.get_by_role("button", name="立即兑换" if is_chinese else "Redeem").click()
    page.get_by_role("img", name="提货二维码" if is_chinese else "QR code to pick it up").wait_for()
    page.get_by_role("link", name="积分" if is_chinese else "Points", exact=True).click()
    page.get_by_role("link", name=re.compile("的订单" if is_chinese else "For order of")).first.click()
    page.get_by_text("依据的规则" if is_chinese else "By which rule").wait_for()
    page.get_by_text("支付订单：A-1002" if is_chinese else "You paid an order: A-1002").wait_for()
    assert fits(page)


def test_a_consent_is_withdrawn_and_stays_so(enter, width):
    page = enter()
    page.goto("/m/consents")
    switch = page.get_by_label("邮箱").first
    switch.check()
    with page.expect_navigation():
        page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存，立即生效。").wait_for()
    expect(page.get_by_label("邮箱").first).to_be_checked()
    page.get_by_label("邮箱").first.uncheck()
    with page.expect_navigation():
        page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存，立即生效。").wait_for()
    expect(page.get_by_label("邮箱").first).not_to_be_checked()


def test_the_data_are_downloaded_and_an_account_is_deleted_and_kept_after_all(enter, width):
    from django.apps import apps

    apps.get_model("portal.Copy").objects.all().delete()
    page = enter(language="en")
    page.goto("/m/privacy")
    page.get_by_role("button", name="Prepare a copy").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename.endswith(".zip")
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_role("heading", name=re.compile("Your account will be deleted on")).wait_for()
    page.goto("/m/")
    page.get_by_role("link", name="I want to stay").click()
    page.get_by_role("button", name="I want to stay").click()
    page.get_by_text("Welcome back: nothing will be deleted.").wait_for()


def test_a_message_is_new_until_it_is_read(enter, width):
    page = enter()
    page.goto("/m/inbox")
    page.get_by_text("新品到店").click()
    page.get_by_role("link", name="https://shop.example/tea").wait_for()
    assert fits(page)


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_every_page_is_small_readable_and_at_hand(enter, width, language, theme):
    page, wrong, weights = enter(language=language, theme=theme), [], {}
    received: list[int] = []
    page.on("response", lambda answer: received.append(len(answer.body()) if answer.status == 200 else 0))
    for path in PAGES:
        received.clear()
        page.goto(path)
        page.settle()
        page.faults[:] = [fault for fault in page.faults if "404" not in fault]  # the browser calls the last page an error
        weights[path] = sum(received)
        if not fits(page):
            wrong.append((path, "wider than the screen"))
        wrong += [(path, "nameless", found) for found in page.evaluate(NAMELESS)]
        wrong += [(path, "small", found) for found in page.evaluate(SMALL)]
        wrong += [(path, "faint", *found) for found in page.evaluate(CONTRAST).items()]
        levels = page.evaluate(HEADINGS)
        if levels[:1] != [1] or levels.count(1) != 1:
            wrong.append((path, "headings", levels))
    assert wrong == []
    assert {path: weight for path, weight in weights.items() if weight > MOST_BYTES} == {}


def test_the_essentials_work_without_scripts(chromium, live, width):
    context = chromium.new_context(java_script_enabled=False, base_url=live, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(30_000)
    context.add_cookies([{"name": "django_language", "value": "en", "url": live}])
    page.goto("/m/")
    by_code(page, "en", OTHER_PHONE)
    page.get_by_role("img", name="QR code of my card").wait_for()
    page.get_by_role("link", name="Refresh the code").click()
    page.goto("/m/mall/tea")
    page.get_by_role("button", name="Redeem").click()
    page.get_by_text("Ready to pick up").wait_for()
    page.get_by_role("button", name="Cancel and take the points back").click()
    page.get_by_text("Your points are back.").wait_for()
    page.goto("/m/profile")
    page.get_by_label("City").fill("苏州")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("City")).to_have_value("苏州")
    page.goto("/m/me")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Send me a code").wait_for()
    context.close()


def test_a_newcomer_joins(page, live, width):
    phone = "137 0013 700" + ("1" if width == "phone" else "2")
    page.goto("/m/")
    by_code(page, "zh-hans", phone)
    page.get_by_label("怎么称呼您？").fill("新月")
    page.get_by_label("我已阅读并同意隐私说明").check()
    page.get_by_role("button", name="加入会员").click()
    page.get_by_text("新月").wait_for()
    page.get_by_role("img", name="会员卡二维码").wait_for()


def test_two_members_race_for_the_last_gift(enter, chromium, live, width):
    from siyu.portal.tests import offering

    code = f"last_{width}"
    offering.gift(code, "最后一件", stock=1, price=10, delivery=["pick_up"])
    pages = []
    for phone in (PHONE, OTHER_PHONE):
        one = chromium.new_context(base_url=live, viewport={"width": 390, "height": 844}).new_page()
        one.set_default_timeout(30_000)
        pages.append(enter(phone, "zh-hans", opened=one))
        one.goto(f"/m/mall/{code}")
    with pages[0].expect_navigation(), pages[1].expect_navigation():  # both forms go out before either is answered
        for one in pages:
            one.evaluate("document.querySelector('main form').submit()")
    won = [one for one in pages if "/m/redemptions/" in one.url]
    lost = [one for one in pages if one not in won]
    assert len(won) == len(lost) == 1
    expect(lost[0].locator(".word.error, .word.warning").first, "who came second is told why").to_be_visible()
    from django.apps import apps

    assert apps.get_model("membership.Redemption").objects.filter(gift__code=code).count() == 1
    assert apps.get_model("membership.Gift").objects.get(code=code).stock == 0
    for one in pages:
        one.context.close()


def test_the_code_on_the_card_renews_itself(enter, width):
    page = enter()
    page.goto("/m/")
    before = page.locator(".qr code").inner_text()
    page.clock.install()
    page.reload()
    with page.expect_response(re.compile("/m/code$")):
        page.clock.fast_forward(121_000)
    assert before.startswith("MC")
    expect(page.locator(".qr code")).to_have_text(re.compile("^MC"))
