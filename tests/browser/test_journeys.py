"""The canvas in a browser: an operator draws the welcome journey from nothing, with mouse and keyboard, and watches it run."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from .journey_desk import DEFINITION, Desk, seed_with_journeys, shot, tell
from .test_console import CONTRAST, NAMELESS, fits


@pytest.fixture(scope="module")
def seeding():
    return seed_with_journeys


@pytest.mark.parametrize("name", ["journeys", "journey-new"])
def test_pages_open_and_fit(visit, page, width: str, name: str):
    from django.urls import reverse

    visit(reverse(name))
    shot(page, name, width)

    assert fits(page)


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
@pytest.mark.parametrize("address", ["", "/edit", "/members", "/failed", "/versions", "/publish", "/duplicate"])
def test_a_journey_is_shown(visit, page, width: str, address: str, language: str, theme: str):
    visit(f"/journeys/welcome{address}", language=language, theme=theme)
    if address in ("", "/edit"):
        expect(page.locator('[data-journey="canvas"]')).to_have_attribute("data-ready", "yes")
        page.locator('[data-journey="whole"]').click()
        expect(page.locator(".joint-element")).to_have_count(9)
    shot(page, f"journey{address.replace('/', '-')}-{language}", width)

    assert fits(page)
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(CONTRAST) == {}


def test_an_operator_draws_the_welcome_journey_and_it_runs(visit, page, width: str):
    """Trigger → message → wait two days → branch → second message → end; published; a member joins; the canvas shows them waiting."""
    from siyu.facts.pump import pump
    from siyu.lib.clock import utc_now

    code = f"hello-{width}"
    visit("/journeys/new", role="operator")
    page.get_by_label("名称").fill("新客欢迎")
    page.get_by_label("编码").fill(code)
    page.get_by_role("button", name="开始绘制").click()
    desk = Desk(page)
    expect(page.get_by_text("处待修正")).to_be_visible()

    page.get_by_role("button", name="触发条件").first.click()
    desk.panel.locator('input[name="p:fact"]').fill("pool.joined")
    desk.panel.locator('input[name="p:fact"]').press("Tab")
    desk.saved()
    expect(desk.step("触发条件; “入池”")).to_be_visible()

    desk.add("touch", "发送消息")
    expect(desk.panel.get_by_text("请填写")).to_be_visible()  # no template yet: said beside the field
    shot(page, "draw-fault", width)
    desk.panel.get_by_label("模板").select_option("welcome")
    desk.saved()
    expect(desk.panel.get_by_text("请填写")).to_be_hidden()

    desk.add("wait", "等待")
    desk.panel.get_by_label("天数").fill("2")
    desk.panel.get_by_label("天数").press("Tab")
    desk.saved()
    expect(desk.step("等待; 2 天")).to_be_visible()

    desk.add("branch", "条件分支")
    desk.panel.get_by_label("分支名称").fill("买过")
    desk.panel.get_by_label("人群", exact=True).select_option(label="近一年买过")
    desk.saved()
    shot(page, "draw-branch", width)

    if width == "desktop":
        page.locator('[data-kind="touch"]').drag_to(desk.step("条件分支"), target_position={"x": 100, "y": 30})
    else:
        desk.add("touch", "发送消息")
    desk.panel.get_by_label("模板").select_option("second")
    desk.saved()
    desk.add("end", "结束")

    steps = desk.definition(code)["steps"]
    kinds = {name: step["step"] for name, step in steps.items()}
    assert sorted(kinds.values()) == ["branch", "end", "touch", "touch", "wait"]
    chain = {
        kinds[name]: {way: kinds[to] for way, to in step.get("next", {}).items()}
        for name, step in steps.items()
        if step.get("template") != "second"
    }
    assert chain["touch"] == {"next": "wait"}
    assert chain["wait"] == {"next": "branch"}
    assert chain["branch"] == {"买过": "touch"}
    shot(page, "drawn", width)

    page.get_by_role("link", name="发布").click()
    page.get_by_role("heading", name="发布“新客欢迎”").wait_for()
    shot(page, "publish", width)
    page.get_by_role("button", name="发布").click()
    page.get_by_text("已发布，即刻生效。").wait_for()

    now = utc_now()
    tell("pool.joined", f"xiaoyue-{width}", now)
    pump(now + timedelta(seconds=1))
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^等待; 2 天; 1 人停留"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^等待; 2 天")).click()
    expect(page.locator('[data-journey="side"]').get_by_text("停留人数")).to_be_visible()
    shot(page, "running", width)

    page.locator('[data-journey="side"]').get_by_role("link").first.click()
    expect(page.get_by_text("当前", exact=True)).to_be_visible()
    expect(page.get_by_text("因为“入池”")).to_be_visible()
    shot(page, "path", width)
    assert fits(page)


def test_the_keyboard_alone_changes_and_takes_back(visit, page, width: str):
    visit("/journeys/welcome/edit", language="en")
    desk = Desk(page)

    desk.step("Trigger").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(desk.step("Wait; 2 days")).to_be_focused()
    page.keyboard.press("Enter")
    expect(desk.panel.get_by_label("Days")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    page.keyboard.press("Control+S")
    expect(desk.step("Wait; 5 days")).to_be_visible()
    desk.saved()

    desk.step("Wait; 5 days").focus()
    page.keyboard.press("Delete")
    expect(desk.step("Wait; 5 days")).to_have_count(0)
    expect(desk.step("Send a message; 欢迎加入")).to_be_focused()
    page.keyboard.press("Control+Z")
    expect(desk.step("Wait; 5 days")).to_be_visible()
    page.keyboard.press("Control+Z")
    expect(desk.step("Wait; 2 days")).to_be_visible()
    page.keyboard.press("Control+Y")
    expect(desk.step("Wait; 5 days")).to_be_visible()
    page.keyboard.press("Control+Z")
    desk.saved()

    assert desk.definition("welcome")["steps"] == DEFINITION["steps"]


OVERLAPS = """() => { const boxes = [...document.querySelectorAll(".journey-ground")].map((one) => one.getBoundingClientRect());
  return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom)).length; }"""


@pytest.mark.parametrize(
    "places",
    [
        {},
        {"@trigger": [0, 0], "s1": [0, 130], "s2": [0, 280], "s3": [120, 430]},
        {"s1": [0, 108], "s2": [0, 216], "s3": [0, 324]},  # too close together for three names one below the other
    ],
)
def test_the_words_of_ways_that_lead_to_one_step_stand_clear_of_each_other(visit, page, width: str, places: dict):
    from siyu.journeys import services
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    bought = {"condition": "did_fact", "fact": "order.paid"}
    steps = {
        "s1": {"step": "branch", "ways": [{"name": "近一年买过正价商品的会员", "rule": bought}, {"name": "买过试用装", "rule": bought}],
               "next": {"近一年买过正价商品的会员": "s2", "买过试用装": "s2", "other": "s2"}},
        "s2": {"step": "split", "arms": [{"name": "专属客服跟进", "weight": 4500}, {"name": "满减券提醒", "weight": 4500}],
               "hold_out": 1000,
               "next": {"专属客服跟进": "s3", "满减券提醒": "s3", "held_out": "s3"}},
        "s3": {"step": "end"},
    }  # fmt: skip
    code = f"close-{width}-{len(places)}"
    services.create(SYSTEM, code, "同一去处", {**DEFINITION, "steps": steps, "places": places}, now=utc_now())

    visit(f"/journeys/{code}/edit")
    page.locator("[data-journey=canvas][data-ready]").wait_for()

    expect(page.locator(".journey-ground")).to_have_count(6)
    assert page.evaluate(OVERLAPS) == 0


def test_what_was_drawn_when_the_session_ended_goes_on_after_the_log_in(log_in, page, width: str):
    from siyu.journeys import queries, services
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    from .test_audiences import again

    code = f"ended-{width}"
    services.create(SYSTEM, code, "会话失效", DEFINITION, now=utc_now())
    staff = log_in()
    page.goto(f"/journeys/{code}/edit")
    page.locator("[data-journey=canvas][data-ready]").wait_for()
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-kind=wait]").click()
    page.get_by_role("alert").get_by_role("link", name="登录").click()
    again(page, staff)

    expect(page.locator("[data-journey=saved]")).to_have_attribute("data-state", "saved")
    assert len(queries.definition(code)["steps"]) == len(DEFINITION["steps"]) + 1
    page.reload()
    expect(page.locator("[data-journey=canvas][data-ready]")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('siyu-'))") == []


def test_the_keyboard_alone_copies_a_journey(visit, page, width: str):
    from siyu.journeys import queries

    visit("/journeys/welcome")
    page.get_by_role("button", name="更多").press("Enter")
    page.get_by_role("link", name="复制").press("Enter")
    page.get_by_label("编码").fill(f"copy-{width}")
    page.get_by_role("button", name="复制").press("Enter")

    expect(page.locator('[data-journey="canvas"]')).to_have_attribute("data-ready", "yes")
    assert queries.definition(f"copy-{width}") == queries.definition("welcome")


def test_two_who_draw_at_once_are_told(visit, page, width: str):
    from siyu.journeys import queries, services
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    code = f"both-{width}"
    services.create(SYSTEM, code, "两人同改", DEFINITION, now=utc_now())
    visit(f"/journeys/{code}/edit", role="operator")
    desk = Desk(page)
    theirs = {**DEFINITION, "entry": {"how": "many"}}
    services.save_draft(SYSTEM, code, theirs, queries.journey(code).revision, now=utc_now())

    page.once("console", lambda message: None)
    desk.step("结束").click()
    page.keyboard.press("Delete")
    told = page.locator('[data-journey="conflict"]')
    expect(told).to_be_visible()
    shot(page, "conflict", width)
    assert queries.definition(code) == theirs

    told.get_by_role("button", name="保留我的").click()
    desk.saved()
    assert "s6" not in queries.definition(code)["steps"]
    assert queries.definition(code)["entry"] == {"how": "once"}
    page.faults.clear()  # the browser writes a refused save (409) to its console


def test_steps_are_moved_connected_and_parted_with_the_mouse(visit, page, width: str):
    if width == "phone":
        pytest.skip("fingers scroll the canvas; steps are connected in the form")
    from siyu.journeys import services
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    steps = {"s1": {"step": "wait", "days": 1}, "s2": {"step": "tag", "tag": "新客"}}
    services.create(SYSTEM, "mouse", "鼠标", {**DEFINITION, "steps": steps}, now=utc_now())
    visit("/journeys/mouse/edit", role="operator")
    desk = Desk(page)

    port = desk.step("等待").locator(".journey-port").bounding_box()
    to = desk.step("标签").bounding_box()
    page.mouse.move(port["x"] + 7, port["y"] + 7)
    page.mouse.down()
    page.mouse.move(to["x"] + 60, to["y"] + 40, steps=8)
    page.mouse.up()
    assert desk.definition("mouse")["steps"]["s1"]["next"] == {"next": "s2"}

    box = desk.step("标签").bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 100, steps=8)
    page.mouse.up()
    places = desk.definition("mouse")["places"]
    assert places["s2"][0] > places["s1"][0] + 100

    page.locator(".joint-link .journey-wrapper").last.click(force=True)
    page.keyboard.press("Delete")
    page.wait_for_timeout(50)
    assert "next" not in desk.definition("mouse")["steps"]["s1"]


def test_the_largest_journey_can_still_be_changed(visit, page, width: str):
    if width == "phone":
        pytest.skip("the same script draws it")
    from siyu.journeys import services
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    arms = [{"name": "A", "weight": 5_000}, {"name": "B", "weight": 5_000}]
    steps = {f"s{number}": {"step": "wait", "days": 1, "next": {"next": f"s{number + 1}"}} for number in range(1, 200)}
    for number in range(5, 195, 5):
        steps[f"s{number}"] = {"step": "split", "arms": arms, "next": {"A": f"s{number + 1}", "B": f"s{number + 4}"}}
    steps["s200"] = {"step": "end"}
    services.create(SYSTEM, "largest", "两百步", {**DEFINITION, "steps": steps}, now=utc_now())

    visit("/journeys/largest/edit", role="operator")
    desk = Desk(page)
    expect(page.locator(".joint-element")).to_have_count(201)
    page.locator('[data-kind="tag"]').click()
    expect(page.get_by_text("一个旅程最多 200 步。")).to_be_visible()
    desk.step("等待").nth(2).click()
    desk.panel.get_by_label("天数").fill("7")
    desk.panel.get_by_label("天数").press("Tab")
    assert desk.definition("largest")["steps"]["s3"]["days"] == 7


def test_a_rehearsal_stands_on_the_canvas(visit, page, width: str):
    from siyu.journeys.rehearsal.jobs import ask, perform
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM

    ask(SYSTEM, "welcome", 30, now=utc_now())
    perform("welcome")

    visit("/journeys/welcome/rehearsal")
    expect(page.locator('[data-journey="canvas"]')).to_have_attribute("data-ready", "yes")
    page.locator('[data-journey="whole"]').click()
    shot(page, "rehearsal", width)
    expect(page.locator(".journey-label").filter(has_text="(100%)").first).to_be_visible()
    assert fits(page)
