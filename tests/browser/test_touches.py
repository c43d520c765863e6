"""Touching people in a browser, wide and narrow, in both languages: accounts with providers, sends and their report, tasks, templates."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches import services
from siyu.touches.models import Link, Touch
from siyu.touches.rules.files import Upload
from siyu.touches.services import ArmTerms, Finish, Step, Terms, Wish, propose
from siyu.touches.tasks import keep_staff_tasks, walk_sends
from siyu.touches.tests import scene

from .seed import seed
from .test_console import NAMELESS, fits

SMS = {"key_id": "LTAI5tExample", "key_secret": "not-a-secret", "signature": "山茶小铺"}
MAIL = {"host": "smtp.example.com", "port": "465", "security": "tls", "user": "shop", "password": "hunter2", "sender": "shop@example.com"}
MENU = Upload("2026年五月茶单与门店活动日程（修订版）.pdf", b"%PDF-1.7 tea")
CARD = Upload("greeting-card.png", b"\x89PNG\r\n\x1a\n card")
GONE: dict[str, str] = {}
PAGES = (
    "touch-accounts", "touch-accounts/new", "touch-accounts/new/email", "touch-accounts/mail", "touch-accounts/sms",
    "touch-accounts/sms/try", "touch-accounts/sms/reports", "touch-accounts/mail/try", "touch-accounts/mail/edit",
    "touch-accounts/mail/archive", "sends", "sends/new", "sends/{send}", "touch-templates", "touch-templates/new",
    "touch-templates/{template}", "touch-templates/{template}/preview", "touch-templates/{mail}/test", "outbox",
    "standing-orders", "standing-orders/new",
    "standing-orders/newcomer", "staff-tasks", "staff-tasks?show=ended", "staff-tasks/read", "staff-tasks/rates",
    "staff-tasks/rates/by-net", "staff-tasks/commission",
)  # fmt: skip


def fill() -> None:
    """Accounts, a send to people of whom one never agreed, staff tasks and what one of them brought, a standing order."""
    seed()
    now = utc_now()
    set_setting(SYSTEM, "touches.quiet_hours", {}, today(now), now=now)
    services.open_account(SYSTEM, "sms", "短信主账号", "sms_aliyun", SMS, now=now)
    services.open_account(SYSTEM, "mail", "会员邮件", "email", MAIL, now=now)
    early = now - timedelta(days=2)
    for who in ("yue", "lan", "mei"):
        scene.customer(who, "ana", at=early, agrees=who != "mei")
    inbox, task = (
        scene.template("inbox", subject="新品上市", text="亲爱的 {{ member.name }}，新品到店", uploads=[MENU]),
        scene.template("task", text="问候一下", uploads=[MENU, CARD]),
    )
    GONE["template"], GONE["mail"] = inbox.code, scene.template().code
    audience = create(SYSTEM, "全部会员", {"condition": "identity", "kinds": ["email"]}, now=early)
    pump(now)
    for name, template in (("周末上新", inbox), ("导购回访", task)):
        terms = Terms(name, audience, [ArmTerms(template.code, 10_000, now)])
        GONE["send"] = str(services.draft_send(SYSTEM, terms, now=now))
        services.schedule_send(SYSTEM, int(GONE["send"]), now=now)
    services.publish_sop(SYSTEM, "newcomer", "新客三步", services.FactFilter("friend.added"), [], [Step(1, now.time(), task.code)], now=now)
    walk_sends(now)
    keep_staff_tasks(now)
    services.post_inbox(now)
    pump(now)
    sell(now)


def sell(now: datetime) -> None:
    """An assistant sends a link by hand; the customer follows it and buys."""
    for name, value in (("touches.address", "https://vip.example.com"), ("touches.commission_rate", 250)):
        set_setting(SYSTEM, name, value, today(now), now=now)
    tea = scene.template("task", "service", text="春茶到店了：https://shop.example.com/spring-tea，给您留了一罐")
    propose([Wish(scene.member("yue"), tea.pk, "tea", "send:0", now)], now=now)
    services.open_tasks(now)
    touch = Touch.objects.get(key="tea")
    services.finish_tasks(SYSTEM, [Finish(touch.pk, "bought", "想要明前的")], now=now)
    services.followed(Link.objects.get(touch=touch).token, now=now)
    scene.happens("order.paid", "yue", now, shop="tmall", order_number="T1", amount_minor=26_800, currency="CNY", lines=[])


@pytest.fixture(scope="module")
def seeding() -> Callable[[], None]:
    return fill


@pytest.mark.parametrize(("path", "language"), [*((path, "zh-hans") for path in PAGES), *((path, "en") for path in PAGES[::3])])
def test_pages_fit_the_screen_and_name_their_fields(visit: Callable, path: str, language: str) -> None:
    page = visit("/" + path.format(**GONE), language=language)

    expect(page.locator("h1, h2.page-title").first).to_be_visible()
    assert fits(page)
    assert page.evaluate(NAMELESS) == []


def test_an_operator_opens_an_account_tries_it_and_sees_no_secret(visit: Callable) -> None:
    page = visit("/touch-accounts")
    page.get_by_role("link", name="新建账号").click()
    page.get_by_role("link", name="签名 Webhook").click()
    page.get_by_label("编码").fill(f"hook{page.viewport_size['width']}")
    page.get_by_label("名称").fill("订单中心")
    page.get_by_label("地址").fill("http://127.0.0.1:9")
    page.get_by_label("签名密钥").fill("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="订单中心").first.click()
    assert "MfKQ9r8GKYqrTw" not in page.content()

    page.get_by_role("link", name="发送测试消息").click()
    page.get_by_role("button", name="发送").click()

    page.get_by_text("暂未接收").wait_for()
    assert fits(page)


def test_an_operator_gives_an_account_a_mailbox_and_sees_no_secret(visit: Callable) -> None:
    page = visit("/touch-accounts/mail")
    server = f"imap{page.viewport_size['width']}.example.com"
    page.get_by_role("link", name="修改").click()
    page.get_by_label("退信邮箱的 IMAP 服务器").fill(server)
    page.get_by_label("IMAP 加密方式").select_option("starttls")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("服务器有变动或移除了密钥，请重新填写：密码").wait_for()

    page.get_by_label("密码", exact=False).first.fill("hunter2")
    page.get_by_role("button", name="保存").click()

    page.get_by_text("已保存").wait_for()
    expect(page.get_by_text(server)).to_be_visible()
    expect(page.get_by_text("STARTTLS")).to_be_visible()
    assert "hunter2" not in page.content()
    assert fits(page)


def test_an_operator_makes_an_address_for_reports_and_sees_it_once(visit: Callable) -> None:
    page = visit("/touch-accounts/sms/reports")
    page.get_by_role("button", name="生成新地址").click()
    page.get_by_text("/t/reports/").first.wait_for()
    assert fits(page)
    page.goto("/touch-accounts/sms")
    assert "/t/reports/" not in page.content()


@pytest.mark.parametrize("path", ["staff-tasks/rates", "staff-tasks/rates/by-net", "staff-tasks/commission"])
def test_the_ranking_of_assistants_is_read_without_scrolling_sideways(visit: Callable, path: str) -> None:
    page = visit(f"/{path}", language="en")

    expect(page.locator("table tbody tr").first).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('.table-responsive')].every((one) => one.scrollWidth <= one.clientWidth)")


CUT = """() => { const box = document.querySelector("[data-chart]").getBoundingClientRect();
  return [...document.querySelectorAll("[data-chart] svg text")].map((one) => one.getBoundingClientRect())
    .filter((one) => one.left < box.left - 1 || one.right > box.right + 1).length; }"""


def test_long_names_beside_bars_are_read_whole(visit: Callable) -> None:
    page = visit("/sends/" + GONE["send"], language="en")

    expect(page.locator("[data-chart] svg text").first).to_be_visible()
    assert page.evaluate(CUT) == 0


def test_an_operator_fills_in_a_standing_order_row_by_row_with_the_keyboard(visit: Callable) -> None:
    page = visit("/standing-orders/new")
    name = f"steps{page.viewport_size['width']}"
    page.get_by_label("编码").fill(name)
    page.get_by_label("名称").fill(name)
    remove = page.get_by_role("group", name="按天安排").get_by_role("button", name="删除第 3 行")
    remove.press("Enter")
    expect(page.get_by_role("button", name="删除第 2 行")).to_be_focused()

    for row in (1, 2):
        chooser = page.get_by_role("group", name=f"第 {row} 行").get_by_label("话术")
        chooser.select_option(index=1)
        expect(page.get_by_role("group", name=f"第 {row} 行").get_by_text("问候一下")).to_be_visible()
    page.get_by_role("button", name="添加一步").press("Enter")
    expect(page.locator("[name='steps.2:day']")).to_be_focused()
    assert fits(page)
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("group", name="第 3 行").get_by_text("请填写")).to_be_visible()
    page.settle()  # a new page: its scripts have to be there
    page.get_by_role("button", name="删除第 3 行").click()
    expect(page.get_by_role("group", name="第 3 行")).to_have_count(0)
    page.get_by_role("button", name="发布").click()

    page.get_by_role("link", name=name).click()
    expect(page.locator("[name='steps.1:day']")).to_have_value("3")


def test_an_operator_gives_a_send_three_arms_with_the_keyboard(visit: Callable) -> None:
    page = visit("/sends/new")
    name = f"三组{page.viewport_size['width']}"
    page.get_by_label("名称").fill(name)
    page.get_by_label("人群", exact=False).first.select_option(index=1)
    for row in (2, 3):
        page.get_by_role("button", name="添加一组").press("Enter")
        expect(page.locator(f"[name='arms.{row - 1}:template']")).to_be_focused()
    for row in (1, 2, 3):
        chooser = page.get_by_role("group", name=f"第 {row} 行").get_by_label("模板")
        chooser.select_option(GONE["template"])
        expect(page.get_by_role("group", name=f"第 {row} 行").get_by_text("新品上市")).to_be_visible()
    assert page.evaluate("document.querySelector(\"[name='arms.0:at']\").offsetWidth") > 220, "day and time are read whole"
    page.get_by_role("button", name="添加一组").press("Enter")
    expect(page.get_by_role("button", name="添加一组")).to_have_count(0)
    page.get_by_role("button", name="删除第 4 行").press("Enter")
    expect(page.get_by_role("button", name="删除第 3 行")).to_be_focused()
    assert fits(page)
    page.get_by_role("button", name="保存").press("Enter")
    page.get_by_role("link", name=name).first.click()

    for letter in "ABC":
        expect(page.get_by_text(f"{letter} A template · 33.3%")).to_be_visible()
    assert fits(page)


def test_the_keyboard_alone_copies_a_send_schedules_it_and_changes_it_again(visit: Callable) -> None:
    page = visit("/sends/" + GONE["send"])
    name = f"再发{page.viewport_size['width']}"
    page.get_by_role("link", name="复制").press("Enter")
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="保存").press("Enter")
    page.get_by_role("link", name=name).first.press("Enter")
    page.get_by_role("link", name="排期").press("Enter")
    page.get_by_role("button", name="排期").press("Enter")
    expect(page.get_by_text("已排期").first).to_be_visible()

    page.get_by_role("link", name="修改").press("Enter")
    page.get_by_role("button", name="修改").press("Enter")

    expect(page.get_by_label("名称")).to_have_value(name)
    assert fits(page)


def test_an_operator_sends_a_file_along(visit: Callable) -> None:
    page = visit("/touch-templates/new")
    page.get_by_label("编码").fill(f"menu{page.viewport_size['width']}")
    page.get_by_label("名称").fill("五月茶单")
    page.get_by_label("标题（中文）").fill("茶单")
    page.get_by_label("正文（中文）").fill("见附件")
    page.get_by_label("添加附件").set_input_files([{"name": MENU.name, "mimeType": "application/pdf", "buffer": MENU.content}])
    page.get_by_role("button", name="发布").click()
    page.get_by_role("link", name="五月茶单").first.click()
    expect(page.get_by_label(MENU.name)).to_be_checked()
    page.goto(f"/touch-templates/menu{page.viewport_size['width']}/preview")

    with page.expect_download() as download:
        page.get_by_role("link", name=MENU.name).click()

    assert download.value.suggested_filename == MENU.name
    assert fits(page)


def test_an_operator_tries_a_template_and_nobody_reads_what_is_anothers(visit: Callable) -> None:
    page = visit(f"/touch-templates/{GONE['mail']}")
    page.get_by_role("link", name="发送测试").click()
    page.get_by_label("会员").fill("yue@example.com")
    page.get_by_label("地址", exact=True).fill("lan@example.com")
    page.get_by_role("button", name="发送").press("Enter")
    page.get_by_text("这个地址属于另一位会员").wait_for()

    page.get_by_label("会员").fill("mei@example.com")
    page.get_by_label("发送到").select_option("member")
    page.get_by_role("button", name="发送").press("Enter")

    page.get_by_text("未发给这位会员：未同意营销").wait_for()
    assert fits(page)


def test_what_to_say_is_copied_without_https_too(visit: Callable, page) -> None:
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })")
    page.add_init_script("document.addEventListener('copy', () => { window.copied = document.activeElement.value })")
    visit("/staff-tasks")

    page.get_by_role("button", name="复制话术").first.click()

    page.wait_for_function("window.copied === '问候一下'")


def test_who_read_what_was_sent_and_what_it_brought(visit: Callable) -> None:
    page = visit("/staff-tasks")
    page.get_by_role("link", name="已读").click()
    expect(page.get_by_text("https://shop.example.com/spring-tea")).to_be_visible()
    expect(page.get_by_text("新", exact=True)).to_be_visible()
    page.get_by_role("link", name="排行", exact=True).click()
    page.get_by_role("link", name="按净销售额").click()
    expect(page.get_by_text("¥268.00").first).to_be_visible()
    page.get_by_role("link", name="提成", exact=True).click()
    expect(page.get_by_text("¥6.70").first).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    assert "T1" in download.value.path().read_text(encoding="utf-8-sig")
