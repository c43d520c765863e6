"""Members bring their points from another system: totals equal the file's, and bringing them twice adds nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from siyu.facts.imports import services as imports
from siyu.facts.imports.options import Options
from siyu.facts.imports.services import Result, run
from siyu.facts.pump import pump
from siyu.loyalty.queries import balances
from siyu.merchant.rules import SYSTEM
from siyu.operate.verify import verify

from . import scene

pytestmark = pytest.mark.django_db
HEADER = "手机号,会员卡号,积分,有效期"


@pytest.fixture(autouse=True)
def partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "make_partitions", lambda *days: None)


def bring(folder: Path, *lines: str, name: str = "old.csv", at=scene.START) -> Result:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    result = run(path, Options("moving_in"), by=SYSTEM, now=at)
    report = pump(at)
    assert (report.stopped, report.quarantined) == ("", 0)
    return result


def points(at=scene.START) -> dict[str, int]:
    """Available points by the last four digits of the phone."""
    rows = scene.rows("SELECT i.member_id FROM members_identity i WHERE i.kind = 'phone' ORDER BY i.id")
    found = balances([row[0] for row in rows], at)
    return {str(place): found[row[0]]["points"].available if row[0] in found else 0 for place, row in enumerate(rows)}


def test_totals_equal_the_file_and_again_adds_nothing(tmp_path: Path) -> None:
    lines = ["13800000001,C1,120,2026-12-31", "13800000001,C1,80,2026-12-31", "13800000001,C1,50,", "13800000002,C2,1000,2026-03-31"]

    first = bring(tmp_path, *lines)
    bring(tmp_path, *lines)
    before = points()
    newer = bring(tmp_path, *lines, "13800000003,C3,7,", name="newer.csv", at=scene.START + timedelta(hours=1))

    assert (first.rejected, first.rows) == (0, 4)
    assert before == {"0": 250, "1": 1000}
    assert newer.rejected == 0
    assert points() == {"0": 250, "1": 1000, "2": 7}
    assert scene.rows("SELECT sum(amount), count(*) FROM loyalty_entry WHERE kind = 'import' AND unit = 'points'") == [(1257, 4)]
    assert all(finding.holds for finding in verify(60))


def test_brought_points_end_with_their_own_last_day_whether_or_not_there_are_rules(tmp_path: Path) -> None:
    bring(tmp_path, "13800000001,C1,120,2026-03-31", "13800000001,C1,50,")

    before, after = scene.START + scene.days(29), scene.START + scene.days(30)

    assert points(before) == {"0": 170}
    assert points(after) == {"0": 50}


@pytest.mark.parametrize(("ends", "has"), [("9999-12-31", 10), ("0001-01-01", 0), ("some day", 0), (20261231, 0), ("", 10), (None, 10)])
def test_a_last_day_is_read_as_far_as_there_are_days_and_what_cannot_be_read_brings_nothing(ends: object, has: int) -> None:
    scene.happens("value.brought_in", "anna", unit="points", amount=10, expires_on=ends)

    found = balances([scene.member("anna")]).get(scene.member("anna"), {})
    assert (found["points"].available if found else 0) == has


def test_rows_that_bring_more_together_than_one_row_may_are_rejected(tmp_path: Path) -> None:
    result = bring(tmp_path, *["13800000001,C1,600000000000,"] * 2, "13800000009,C9,5,")

    assert result.rejected == 2
    assert scene.rows("SELECT row, code FROM facts_importreject ORDER BY row") == [(2, "row.incomplete"), (3, "points.invalid")]
    assert points() == {"0": 5}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",,10,", "handle.missing"),
        ("13800000001,C1,-5,", "points.invalid"),
        ("13800000001,C1,1.5,", "points.invalid"),
        ("13800000001,C1,,", "row.empty"),
        ("13800000001,C1,10,2020-01-01", "date.past"),
        ("13800000001,C1,ten,", "number.invalid"),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason_and_brings_nothing(tmp_path: Path, line: str, code: str) -> None:
    result = bring(tmp_path, line, "13800000009,C9,5,")

    assert result.rejected == 1
    assert [row[0] for row in scene.rows("SELECT code FROM facts_importreject")] == [code]
    assert points() == {"0": 5}
