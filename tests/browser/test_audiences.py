"""Audiences in a browser: an operator writes a rule with keyboard and mouse, sees the count move, and looks at why."""

import os
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from .seed import seed


def seed_with_audiences() -> None:
    from siyu.audiences import services
    from siyu.facts.pump import pump
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    seed()
    now = utc_now()
    pump(now)
    bought = {"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 365}}
    services.create(SYSTEM, "近一年买过", bought, description="按营业日滚动", now=now)
    services.create(SYSTEM, "看过没买", {"all": [{"condition": "did_fact", "fact": "page.viewed"}, {"not": bought}]}, tag="观望", now=now)
    services.create(SYSTEM, "入池沉默期", {"condition": "stage", "clock": "pool", "stages": ["silent"]}, now=now)
    pump(now + timedelta(seconds=1))
    services.take_snapshot(SYSTEM, now=now)
    services.make_group_audiences(SYSTEM, now=now)
    pump(now + timedelta(seconds=2))


@pytest.fixture(scope="module")
def seeding():
    return seed_with_audiences


def shot(page, name: str, width: str) -> None:
    """A picture for whoever asks for one (SIYU_SHOTS names a folder)."""
    if folder := os.environ.get("SIYU_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("name", ["audiences", "audience-overlap", "audience-rfm", "audience-value", "audience-lists"])
def test_pages_open_and_fit(visit, page, width: str, name: str):
    from django.urls import reverse

    visit(reverse(name))
    shot(page, name, width)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["audience-overlap", "audience-rfm", "audience-value"])
def test_grids_are_read_without_scrolling_sideways(visit, page, width: str, name: str, language: str):
    from django.urls import reverse

    visit(reverse(name), language=language)

    expect(page.locator("tbody tr").first).to_be_visible()
    wide = "[...document.querySelectorAll('.table-responsive, .table-responsive td')].filter((one) => one.scrollWidth > one.clientWidth)"
    assert page.evaluate(f"{wide}.map((one) => one.outerHTML)") == []


@pytest.mark.parametrize(("language", "words", "other"), [("zh-hans", "支付订单", "浏览页面"), ("en", "Order paid", "Page viewed")])
def test_a_fact_in_a_rule_is_said_in_words_below_its_name(visit, page, language, words, other):
    from siyu.audiences.models import Audience

    visit(f"/audiences/{Audience.objects.get(name='近一年买过').pk}/edit", language=language)
    fact = page.locator("input[list=suggest-fact]")
    expect(fact).to_have_value("order.paid")
    expect(page.locator(".siyu-meaning")).to_have_text(words)

    fact.fill("page.viewed")
    expect(page.locator(".siyu-meaning")).to_have_text(other)
    fact.fill("of.our_own")
    expect(page.locator(".siyu-meaning")).to_have_text("")


def test_an_operator_writes_a_rule_and_the_count_follows(visit, page, width: str):
    visit("/audiences/new")
    counted = page.locator("#count .h1")
    expect(counted).to_have_text("0")  # nobody has paid an order by a fact of the log

    page.get_by_role("button", name="条件", exact=True).first.click()
    kind = page.locator('select[name="n.1:kind"]')
    kind.wait_for()
    expect(page.locator("#builder.htmx-settling")).to_have_count(0)  # from here on the new condition answers to a change
    kind.select_option("bucket")
    page.locator('input[name="n.1:salt"]').fill("春季")
    page.locator('input[name="n.1:to_bucket"]').fill("10000")
    page.locator('input[name="n.1:to_bucket"]').press("Tab")
    page.get_by_role("button", name="移除条件").first.press("Enter")
    expect(counted).to_have_text("38")
    shot(page, "builder", width)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")

    page.locator('input[name="name"]').fill(f"春季试投 {width}")
    page.get_by_role("button", name="保存").click()

    page.get_by_role("heading", name=f"春季试投 {width}").wait_for()


def test_the_keyboard_alone_copies_an_audience(visit, page, width: str):
    visit("/audiences")
    page.get_by_role("link", name="近一年买过", exact=True).press("Enter")
    page.get_by_role("link", name="复制").press("Enter")
    page.locator('input[name="name"]').fill(f"复制来的 {width}")
    page.get_by_role("button", name="保存").press("Enter")

    page.get_by_role("heading", name=f"复制来的 {width}").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def again(page, staff) -> None:
    """The same person logs in once more and goes where they wanted."""
    from urllib.parse import parse_qs, urlsplit

    from django.test import Client

    page.wait_for_url(re.compile(r"/login\?next="))
    client = Client()
    client.force_login(staff, backend="siyu.merchant.access.StaffBackend")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": origin} for name, morsel in client.cookies.items()])
    page.goto(parse_qs(urlsplit(page.url).query)["next"][0])


@pytest.mark.parametrize("press", ["条件", "保存"])
def test_work_is_kept_when_the_session_ends_and_belongs_to_one_person(log_in, page, width: str, press: str):
    staff = log_in()
    page.goto("/audiences/new")
    page.locator('select[name="n.0:kind"]').select_option("bucket")
    page.locator('input[name="n.0:salt"]').fill("夏季")
    page.locator('input[name="name"]').fill(f"夏季试投 {width}{press}")
    page.get_by_role("button", name="条件", exact=True).first.click()
    page.locator('select[name="n.1:kind"]').wait_for()
    page.settle()

    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name=press, exact=True).first.click()
    again(page, staff)
    faults, page.faults[:] = list(page.faults), []
    assert all("401" in fault for fault in faults)

    page.get_by_role("button", name="恢复编辑").click()
    expect(page.locator('input[name="n.0:salt"]')).to_have_value("夏季")
    expect(page.locator('select[name="n.1:kind"]')).to_be_visible()
    page.get_by_role("button", name="移除条件").nth(1).click()
    expect(page.locator('select[name="n.1:kind"]')).to_have_count(0)
    page.locator('input[name="n.0:to_bucket"]').fill("100")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("heading", name=f"夏季试投 {width}{press}").wait_for()
    page.wait_for_load_state()
    page.goto("/audiences/new")
    expect(page.get_by_role("button", name="恢复编辑")).to_have_count(0)


def test_leaving_unsaved_work_asks_and_another_person_does_not_see_it(log_in, page, width: str):
    log_in()
    page.goto("/audiences/new")
    page.locator('input[name="name"]').fill("留住我")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="取消").click()
    expect(page.locator('input[name="name"]')).to_have_value("留住我")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="取消").click()
    page.wait_for_url("**/audiences")
    assert asked == ["beforeunload"] * 2

    page.goto("/audiences/new")
    expect(page.get_by_role("button", name="恢复编辑")).to_be_visible()
    log_in()
    page.goto("/audiences/new")
    expect(page.locator("#audience-form")).to_be_visible()
    expect(page.get_by_role("button", name="恢复编辑")).to_have_count(0)


def test_the_keyboard_keeps_its_place_and_a_button_that_fails_says_so(visit, page, width: str):
    visit("/audiences/new")
    page.locator('select[name="n.0:kind"]').focus()
    page.locator('select[name="n.0:kind"]').select_option("stage")
    page.locator('select[name="n.0:clock"]').wait_for()
    expect(page.locator('select[name="n.0:kind"]')).to_be_focused()

    page.route("**/audiences/builder", lambda route: route.abort())
    page.get_by_role("button", name="条件", exact=True).first.click()

    expect(page.locator("#siyu-lost")).to_be_visible()
    page.faults.clear()  # the browser writes the request that we broke to its console


def test_a_member_shows_why(visit, page, width: str):
    visit("/audiences")
    page.get_by_role("link", name="看过没买").click()
    page.get_by_role("link", name="原因").first.wait_for()
    shot(page, "audience", width)
    page.get_by_role("link", name="原因").first.click()
    page.locator(".ti-check").first.wait_for()
    shot(page, "why", width)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_the_open_tab_is_in_sight(visit, page, width: str):
    visit("/audiences/lists")

    box = page.locator(".siyu-tabs .nav-link.active").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]


def test_a_changed_rule_shows_what_it_changes(visit, page, width: str):
    visit("/audiences")
    page.get_by_role("link", name="看过没买").click()
    page.get_by_role("link", name="修改").click()
    page.locator('input[name="n.1:not"]').uncheck()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("这次修改的影响").wait_for()
    shot(page, "difference", width)

    page.get_by_text("人进入").wait_for()
