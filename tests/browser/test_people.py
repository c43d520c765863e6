"""From the members' list to one person and why they have their points; quarantine and imports; at a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from siyu.console.tests.people import PHONE, live

from .test_console import NAMELESS, fits

PAGES = ("/members", "/facts?range=90", "/quarantine", "/imports", "/imports/new")


@pytest.fixture(scope="module")
def seeding():
    """A pool lived through the real pump."""
    return live


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_member_is_found_opened_unmasked_and_explained(visit, width, language):
    is_chinese = language == "zh-hans"
    page = visit("/members", language=language)
    page.get_by_role("searchbox").fill("8000")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="小月").click()
    page.settle()
    page.get_by_text("+86138****8000").wait_for()
    row = page.locator("tr", has_text="+86138****8000")
    row.get_by_role("button", name="查看" if is_chinese else "Show").click()
    page.get_by_text(PHONE).wait_for()
    assert fits(page)
    page.get_by_role("link", name="积分与缘由" if is_chinese else "Points and why").click()
    why = (
        "支付订单，订单 A-1002 → 规则“消费积分”第 1 版 → 获得"
        if is_chinese
        else "Order paid, order A-1002 → rule “Points for purchases”, version 1 → earned"
    )
    expect(page.get_by_text(why)).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", ["/members", "/loyalty/tiers", "/loyalty/tiers/growth/edit"])
def test_wide_tables_are_read_without_scrolling_sideways(visit, width, language, path):
    page = visit(path, language=language)
    expect(page.locator("table tbody tr:visible").first).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('.table-responsive')].every((one) => one.scrollWidth <= one.clientWidth)")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("tab", ["overview", "orders", "points", "history", "merges"])
def test_every_tab_fits_and_names_everything(visit, width, language, tab):
    from siyu.console.tests.people import member

    page = visit(f"/members/{member('小月').public_id}?tab={tab}", language=language)
    assert fits(page)
    assert page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_and_names_everything(visit, width, path):
    page = visit(path, language="en")
    assert fits(page)
    assert page.evaluate(NAMELESS) == []


def test_the_chosen_are_tagged(visit, width):
    page = visit("/members", language="en")
    page.get_by_role("button", name="Choose all on this page").click()
    page.get_by_label("Tag", exact=True).last.fill("vip")
    page.get_by_role("button", name="Tag the chosen").click()
    page.get_by_text("2 members changed.").wait_for()


def test_a_file_is_uploaded_and_looked_at(visit, width, tmp_path, monkeypatch):
    monkeypatch.setattr("siyu.facts.imports.uploads.home", lambda: tmp_path)
    file = tmp_path / "orders.csv"
    file.write_bytes("订单号,付款时间,手机号,商品编码,数量,单价\nB1,2026-05-01 10:00,13800138000,T1,2,10.00\n".encode("gbk"))
    page = visit("/imports/new", language="en")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_label("Field of 订单号")).to_have_value("order_number")
    assert fits(page)
    assert page.evaluate(NAMELESS) == []
