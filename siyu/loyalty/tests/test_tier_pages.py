"""The pages of tiers: the ladder with its members, the editor, a trial, an announcement."""

from datetime import timedelta

import pytest
from django.urls import reverse

from siyu.lib.clock import utc_now
from siyu.loyalty.queries import track_versions
from siyu.loyalty.queries.growth_map import growth_map
from siyu.loyalty.tests.scene import install, pays, rows
from siyu.loyalty.tests.test_liability import client_of
from siyu.merchant.rules import Role

pytestmark = pytest.mark.django_db


def sent(do: str, **more: object) -> dict[str, object]:
    """What the editor's form sends."""
    terms = {"name": "成长", "unit": "growth", "window": "lifetime", "valid": "for", "valid_months": 12, "grace_days": 7}
    terms |= {
        "downgrade": "one_down",
        "gifts": "once",
        "window_span": "year",
        "valid_span": "year",
        "migration": "at_once",
        "notice_days": 7,
    }
    counts = {"steps-TOTAL_FORMS": 3, "steps-INITIAL_FORMS": 0, "steps-MIN_NUM_FORMS": 0, "steps-MAX_NUM_FORMS": 20}
    first = {"steps-0-code": "bronze", "steps-0-name": "普通", "steps-0-threshold": 0, "steps-0-multiplier": 1}
    second = {"steps-1-code": "star", "steps-1-name": "星", "steps-1-threshold": 500, "steps-1-keep": 300, "steps-1-points": 88}
    return terms | counts | first | second | {"do": do} | more


def test_the_ladder_shows_who_stands_on_it_and_gives_its_table_away() -> None:
    install()
    pays("anna", 600_000, "A1")
    rows("UPDATE members_member SET is_identified = true RETURNING 1")
    boss = client_of(Role.OWNER)

    page = boss.get(reverse("tiers"))

    assert page.status_code == 200
    assert "金卡" in page.content.decode()
    table = b"".join(boss.get(reverse("tiers") + "?csv=tiers").streaming_content).decode()
    assert "金卡,1" in table


def test_a_draft_is_tried_on_everybody_saved_and_announced() -> None:
    install()
    pays("anna", 60_000, "A1")
    boss = client_of(Role.OWNER)

    tried = boss.post(reverse("track-edit", args=["growth"]), sent("try"))
    assert tried.status_code == 200
    assert "star" in tried.content.decode()
    assert len(track_versions("growth")) == 1

    assert boss.post(reverse("track-edit", args=["growth"]), sent("save")).status_code == 302
    assert track_versions("growth")[0].state == "draft"
    soon = boss.post(reverse("track-edit", args=["growth"]), sent("announce", from_day=(utc_now() + timedelta(days=2)).date()))
    assert soon.status_code == 400
    later = (utc_now() + timedelta(days=9)).date()
    assert boss.post(reverse("track-edit", args=["growth"]), sent("announce", from_day=later)).status_code == 302
    newest = track_versions("growth")[0]
    assert (newest.state, newest.steps[1].keep, newest.steps[1].gifts) == ("announced", 300, (("points", 88),))

    assert boss.post(reverse("track-withdraw", args=["growth", 2])).status_code == 302
    assert track_versions("growth")[0].state == "withdrawn"


def test_a_tier_is_called_in_the_readers_language_until_the_merchant_calls_it_otherwise() -> None:
    install()
    pays("anna", 60_000, "A1")
    rows("UPDATE members_member SET is_identified = true RETURNING 1")
    boss = client_of(Role.OWNER)
    rows("UPDATE merchant_staff SET language = 'en' RETURNING id")
    editor = boss.get(reverse("track-edit", args=["growth"])).context
    typed = {
        f"steps-{place}-{name}": "" if value is None else value
        for place, step in enumerate(editor["steps"].initial)
        for name, value in step.items()
    }
    form = sent("save") | typed | {"steps-TOTAL_FORMS": 4, "steps-INITIAL_FORMS": 4, "steps-3-name": "Diamond"}

    tried = boss.post(reverse("track-edit", args=["growth"]), form | {"do": "try", "steps-1-threshold": 100}).content.decode()
    assert "<td>Standard</td><td>Silver</td>" in tried
    assert boss.post(reverse("track-edit", args=["growth"]), form).status_code == 302

    assert [step.name for step in track_versions("growth")[0].steps] == ["普通", "银卡", "金卡", "Diamond"]
    for page in (reverse("tiers"), reverse("dashboard-part", args=["tiers"]), reverse("members"), reverse("growth-map")):
        shown = boss.get(page).content.decode()
        assert "Gold" in shown
        assert "金卡" not in shown
    rows("UPDATE merchant_staff SET language = 'zh-hans' RETURNING id")
    assert "金卡" in boss.get(reverse("tiers")).content.decode()


def test_who_may_only_look_cannot_edit() -> None:
    install()
    guide = client_of(Role.CUSTOMER_SERVICE)
    assert guide.get(reverse("tiers")).status_code == 200
    assert guide.get(reverse("track-edit", args=["growth"])).status_code == 403


def test_the_growth_map_shows_every_step_and_what_is_placed_there() -> None:
    install()
    now = utc_now()
    pays("anna", 600_000, "A1", now - timedelta(days=3))
    pays("ben", 10_000, "B1", now - timedelta(days=3))
    boss = client_of(Role.OWNER)
    assert boss.post(reverse("growth-map-place", args=["gold"]), {"benefit": "生日礼", "gesture": "手写贺卡"}).status_code == 302

    steps = {step.code: step for step in growth_map(now)}

    assert (steps["gold"].members, steps["gold"].gesture) == (1, "手写贺卡")
    assert (steps["buyer"].reached, steps["buyer"].went_on, steps["buyer"].lost) == (2, 1, 1)
    assert [step.code for step in steps.values() if step.is_weakest]
    page = boss.get(reverse("growth-map")).content.decode()
    assert "手写贺卡" in page
    assert boss.post(reverse("growth-map-place", args=["nowhere"]), {"benefit": "x"}).status_code == 200
