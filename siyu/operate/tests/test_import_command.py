"""`siyu import` at the shell: what it prints, and how it ends."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from siyu.lib.refusal import Refusal

pytestmark = pytest.mark.usefixtures("clone")
LINES = "Nr,付款时间,手机号,小计\nA1,2026-05-01,13800138000,12.50\nA2,2026-05-02,,x\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_bytes(LINES.encode("gbk"))
    return path


def orders() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        return cursor.fetchone()[0]


def test_it_brings_the_facts_in_and_accounts_for_every_row(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import", "orders", str(file), "--map", "order_number=Nr")

    said = capsys.readouterr().out
    assert orders() == 1
    for words in (
        "csv gb18030",
        "order_number ← Nr",
        "rows of order facts",
        "rows rejected: number.invalid",
        "row 3: number.invalid",
        "1 rows were REJECTED",
    ):
        assert words in said
    assert "13800138000" not in said


def test_strict_fails_when_a_row_was_rejected(file: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("import", "orders", str(file), "--map", "order_number=Nr", "--strict")
    assert ended.value.code == 1
    assert orders() == 1


def test_a_dry_run_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import", "orders", str(file), "--map", "order_number=Nr", "--dry-run")
    assert "would be imported" in capsys.readouterr().out
    assert orders() == 0


def test_a_mapping_may_come_from_a_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('order_number = "Nr"\n')
    call_command("import", "orders", str(file), "--mapping", str(tmp_path / "map.toml"))
    assert orders() == 1


def test_a_missing_column_is_one_clear_refusal(file: Path) -> None:
    with pytest.raises(Refusal, match="order_number"):
        call_command("import", "orders", str(file))
