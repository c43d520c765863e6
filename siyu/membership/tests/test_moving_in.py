"""Members bring tiers and badges along, and the sheet of their file reconciles to the last point."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from siyu.facts.imports import services as imports
from siyu.facts.imports.options import Options
from siyu.facts.imports.services import Result, run
from siyu.facts.pump import pump
from siyu.loyalty.queries import balances, floors_of, standings
from siyu.loyalty.tests import scene
from siyu.loyalty.tests.test_liability import client_of
from siyu.membership.queries.honours import badges_of
from siyu.membership.queries.moving_in import NameLine, RejectLine, UnitLine, sheet
from siyu.membership.services.honours import publish_badge
from siyu.merchant.rules import SYSTEM, Role
from siyu.operate.verify import verify

pytestmark = pytest.mark.django_db
HEADER = "手机号,积分,有效期,会员等级,等级有效期,勋章"


@pytest.fixture(autouse=True)
def programme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "make_partitions", lambda *days: None)
    scene.install()
    publish_badge(SYSTEM, "elder", "元老", {"measure": "hand", "levels": [{"threshold": 1}]}, now=scene.START)


def bring(folder: Path, *lines: str, name: str = "old.csv", at=scene.START) -> Result:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    result = run(path, Options("moving_in"), by=SYSTEM, now=at)
    report = pump(at)
    assert (report.stopped, report.quarantined) == ("", 0)
    return result


def people() -> list[int]:
    """Members in the order in which their handles came."""
    return [row[0] for row in scene.rows("SELECT member_id FROM members_identity WHERE kind = 'phone' ORDER BY id")]


def of(result: Result):
    found = sheet(result.id or 0)
    assert found is not None
    return found


def test_a_tier_brought_in_is_a_floor_of_the_main_track_to_its_last_day(tmp_path: Path) -> None:
    bring(tmp_path, "13800000001,100,,gold,2026-03-31,", "13800000002,,,金卡,,", "13800000003,5,,gold,2020-01-01,")

    anna, ben, cleo = people()
    floor = floors_of(anna)[0]
    assert (floor.tier, floor.given_by, floor.removed_at) == ("gold", "import", None)
    assert [standings([one])[one].code for one in (anna, ben)] == ["gold", "gold"]
    assert floors_of(ben)[0].until.year == 9998
    assert floors_of(cleo) == []

    pump(floor.until + timedelta(seconds=1))

    held = standings([anna, ben])
    assert [held[one].code for one in (anna, ben)] != ["gold", "gold"]
    assert held[ben].code == "gold"
    assert all(finding.holds for finding in verify(60))


def test_tier_and_badge_stay_with_a_merge_and_come_once(tmp_path: Path) -> None:
    lines = ["13800000001,100,,gold,2026-12-31,元老", "13800000002,50,,silver,,elder"]
    bring(tmp_path, *lines)
    anna, ben = people()
    again = bring(tmp_path, *lines, name="newer.csv", at=scene.START + timedelta(hours=1))

    assert [len(floors_of(one)) for one in (anna, ben)] == [1, 1]
    assert [[badge.code for badge in badges_of(one)] for one in (anna, ben)] == [["elder"], ["elder"]]
    assert scene.rows("SELECT count(*) FROM membership_badgeaward") == [(2,)]
    found = of(again)
    assert found.job.id  # the same content under another name is the same import
    assert [(line.name, line.brought) for line in found.tiers] == [("gold", 1), ("silver", 1)]


def test_the_sheet_reconciles_a_file_and_names_what_it_could_not_bring(tmp_path: Path) -> None:
    first = bring(
        tmp_path,
        "13800000001,120,2026-12-31,gold,2026-12-31,元老、勇士",
        "13800000001,80,2026-12-31,,,",
        "13800000002,50,,diamond,,",
        "13800000003,1.5,,,,",
        "13800000004,700,2020-01-01,,,",
    )

    found = of(first)

    assert found.units == [UnitLine("points", 5, 950, 700, 0, 250)]
    assert (found.units[0].difference, found.is_even) == (0, True)
    assert (found.people, found.found, found.new, found.waiting) == (2, 0, 2, 0)
    assert sorted(found.rejects, key=lambda one: one.code) == [
        RejectLine("date.past", "points", 1, 700, 0),
        RejectLine("points.invalid", "points", 1, 0, 1),
    ]
    assert found.tiers == [NameLine("diamond", 1, 0, 0, False), NameLine("gold", 1, 1, 0, True)]
    assert found.badges == [NameLine("元老", 1, 1, 0, True), NameLine("勇士", 1, 0, 0, False)]


def test_a_newer_copy_adds_only_what_is_new_and_says_what_was_there(tmp_path: Path) -> None:
    lines = ["13800000001,120,2026-12-31,gold,,元老", "13800000002,50,,,,"]
    bring(tmp_path, *lines)
    newer = bring(tmp_path, *lines, "13800000003,7,,silver,,", name="newer.csv", at=scene.START + timedelta(hours=1))

    found = of(newer)

    assert found.units == [UnitLine("points", 3, 177, 0, 170, 7)]
    assert (found.people, found.found, found.new) == (3, 2, 1)
    assert found.tiers == [NameLine("gold", 1, 0, 1, True), NameLine("silver", 1, 1, 0, True)]
    assert found.badges == [NameLine("元老", 1, 0, 1, True)]


def test_two_thousand_members_move_in_to_the_last_point(tmp_path: Path) -> None:
    tiers = ("silver", "gold", "")
    lines = [f"138{number:08},{number % 997 + 1},{'2026-12-31' if number % 2 else ''},{tiers[number % 3]},," for number in range(2_000)]
    total = sum(number % 997 + 1 for number in range(2_000))

    found = of(bring(tmp_path, *lines))
    again = of(bring(tmp_path, *reversed(lines), name="again.csv", at=scene.START + timedelta(hours=1)))

    assert [(line.in_file, line.brought, line.difference) for line in found.units] == [(total, total, 0)]
    assert [(line.in_file, line.brought, line.before, line.difference) for line in again.units] == [(total, 0, total, 0)]
    owned = balances(people(), scene.START + timedelta(hours=1))
    assert sum(own["points"].available for own in owned.values()) == total
    assert scene.rows("SELECT count(*) FROM loyalty_tierfloor") == [(1_334,)]
    assert all(finding.holds for finding in verify(60))


def test_the_sheet_has_a_page_and_a_table(tmp_path: Path) -> None:
    result = bring(tmp_path, "13800000001,120,2026-12-31,gold,,元老、勇士", "13800000003,1.5,,,,")
    boss, address = client_of(Role.OWNER), reverse("moving-in", args=[result.id])

    page = boss.get(address).content.decode()

    assert "勇士" in page
    assert address in boss.get(reverse("import", args=[result.id])).content.decode()
    table = b"".join(boss.get(f"{address}?csv=1").streaming_content).decode()
    assert "points,120" in table
    assert boss.get(reverse("moving-in", args=[999])).status_code == 404
