"""The workbench and the dashboard as an operator sees them, at a desk and on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
NAMELESS = """[...document.querySelectorAll('a, button, input, select')].filter(e => e.type !== 'hidden'
  && !(e.textContent.trim() || e.getAttribute('aria-label') || e.title || (e.labels && e.labels.length))).map(e => e.outerHTML)"""

TOUCHED = (
    "/",
    "/dashboard?range=90",
    "/orders",
    "/loyalty/rules/new",
    "/audiences/new",
    "/journeys/recipes",
    "/touch-templates/new",
    "/settings",
    "/loyalty/tiers",
)
SMALL = """[...document.querySelectorAll(':is(main, header) :is(.btn, button, select, summary, input, header a)')].filter(e => {
  const box = (e.closest('label') || (e.labels && e.type === 'checkbox' && e.labels[0]) || e).getBoundingClientRect();
  return e.checkVisibility() && e.type !== 'hidden' && box.height && box.height < 39.5 && !e.closest('td, .siyu-unseen');
}).map(e => e.outerHTML.slice(0, 120))"""
BROKEN = """[...document.querySelectorAll('.siyu-value')].filter(e => e.offsetHeight > 1.9 * parseFloat(getComputedStyle(e).lineHeight))
  .map(e => e.textContent)"""


def fits(page) -> bool:
    """Nothing makes the page itself wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", ["phone"], indirect=True)
@pytest.mark.parametrize("path", TOUCHED)
def test_what_is_pressed_on_a_phone_is_high_enough_and_nothing_is_cut(visit, width, path):
    page = visit(path, language="en")
    assert page.evaluate(SMALL) == []
    assert page.evaluate(BROKEN) == []
    assert fits(page)


def test_what_a_figure_means_is_read_whole_and_put_away_by_escape_or_a_press_elsewhere(visit, width):
    page = visit("/dashboard?range=90", language="en")
    for sign in page.locator(".siyu-figures .siyu-help summary, .siyu-figure .siyu-help summary").all():
        sign.focus()
        page.keyboard.press("Enter")
        shown = page.locator(".siyu-help[open] .siyu-help-words")
        expect(shown).to_be_in_viewport(ratio=0.99)
        assert fits(page)
        page.keyboard.press("Escape")
        expect(shown).to_have_count(0)
        expect(sign).to_be_focused()
    sign.click()
    page.locator("h1").click()
    expect(page.locator(".siyu-help[open]")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_workbench_fits_and_draws(visit, width, language):
    page = visit("/", language=language)
    assert page.title().startswith("今日工作台" if language == "zh-hans" else "Today's workbench")
    expect(page.locator("[data-chart] svg")).to_have_count(2)
    page.get_by_text("公开教学数据").first.wait_for()
    assert fits(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dashboard_draws_every_part(visit, width, theme):
    page = visit("/dashboard?range=90", theme=theme)
    expect(page.locator("[data-chart] svg")).to_have_count(9)
    expect(page.locator(".siyu-heat tbody tr").nth(2)).to_be_attached()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert fits(page)


def test_a_picture_gives_way_to_its_table_and_back(visit, width):
    page = visit("/dashboard?range=90", language="en")
    card = page.locator("section", has=page.locator("#chart-funnel"))
    card.get_by_role("button", name="Table").click()
    expect(card.get_by_role("cell", name="First purchase")).to_be_visible()
    expect(page.locator("#chart-funnel")).to_be_hidden()
    card.get_by_role("button", name="Table").click()
    expect(page.locator("#chart-funnel")).to_be_visible()


def test_a_csv_is_downloaded_for_the_range_on_screen(visit, width):
    page = visit("/dashboard?range=7", language="en")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV: Revenue by day").click()
    with open(download.value.path(), encoding="utf-8-sig") as file:
        assert len(file.read().splitlines()) == 8


def test_a_broken_part_says_so_and_can_be_tried_again(page, log_in, width):
    log_in(language="en")
    broken = {"is": True}
    page.route(
        re.compile(r"/dashboard/funnel\?"), lambda route: route.fulfill(status=500, body="no") if broken["is"] else route.continue_()
    )
    page.goto("/dashboard?range=90")
    page.settle()
    expect(page.get_by_text("This part could not be loaded.")).to_have_count(1)
    expect(page.locator("#chart-revenue svg")).to_have_count(1)
    broken["is"] = False
    page.get_by_role("button", name="Try again").click()
    page.locator("#chart-funnel svg").wait_for()
    page.faults[:] = [fault for fault in page.faults if "500" not in fault]  # the browser tells of the refusal we made ourselves


def test_a_range_is_chosen_by_a_preset_and_by_days(visit, width):
    page = visit("/dashboard", language="en")
    page.get_by_role("link", name="90 days").click()
    assert page.url.endswith("?range=90")
    page.get_by_label("First day").fill("2026-03-09")
    page.get_by_label("Last day").fill("2026-03-01")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("alert").filter(has_text="lies behind").wait_for()


def test_the_menu_opens_on_a_phone_and_stands_at_a_desk(visit, width):
    page = visit("/", language="en")
    link = page.get_by_role("link", name="Dashboard")
    if width == "phone":
        expect(link).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
    link.click()
    page.wait_for_url("**/dashboard")


def test_language_and_theme_are_switched_on_the_page(visit, width):
    page = visit("/", language="zh-hans")
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_everything_can_be_reached_by_keyboard_and_has_a_name(visit, width):
    page = visit("/dashboard?range=90", language="en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to the content"
    assert page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(visit, width, theme):
    page = visit("/dashboard?range=90", theme=theme)
    assert page.evaluate(CONTRAST) == {}
    page.goto("/")
    assert page.evaluate(CONTRAST) == {}
