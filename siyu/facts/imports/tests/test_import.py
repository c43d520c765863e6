"""A file from end to end: what is recorded, what is rejected, and what a second run does."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from siyu.facts.imports import services, writing
from siyu.facts.imports.queries import import_of, imports, reasons, rejects
from siyu.facts.models import Import
from siyu.lib.refusal import Refusal

from .builders import BY, HEADER, NOW, accounted, bring, line, recorded, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def partitions(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Partitions are made by the owner, on another connection; here only that they are asked for."""
    asked: list[tuple] = []
    monkeypatch.setattr(services, "make_partitions", lambda *days: asked.append(days))
    return asked


def test_orders_come_in_with_every_row_accounted_for(tmp_path: Path, partitions: list[tuple]) -> None:
    path = write(tmp_path, line("A1", phone="13800138000"), line("A1", sku="T2"), line("A2", at="2024-02-03 09:00"))

    result = bring(path)

    facts = recorded()
    assert [(fact.properties["order_number"], len(fact.properties["lines"])) for fact in facts] == [("A1", 2), ("A2", 1)]
    assert result.destinations == {"order": 2, "anonymous order": 1}
    assert accounted(result)
    view = imports()[0]
    assert (view.status, view.rows, view.facts, view.rejected, view.source) == ("done", 3, 2, 0, "import.orders")
    assert view == import_of(view.id)


def test_partitions_are_made_for_the_months_that_fill_one(tmp_path: Path, partitions: list[tuple]) -> None:
    bring(
        write(tmp_path, *(line(f"A{number}", at=f"2024-0{1 + number % 2}-03 09:00") for number in range(250)), line("B", at="1999-01-01"))
    )
    assert [str(days[0]) for days in partitions] == ["2024-01-01", "2024-02-01"]


def test_lines_of_an_order_may_be_scattered_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PORTION_FACTS", 2)
    path = write(tmp_path, *(line(f"A{number}", sku=f"T{turn}") for turn in range(3) for number in range(5)))

    bring(path)

    assert [[row["sku"] for row in fact.properties["lines"]] for fact in recorded()] == [["T0", "T1", "T2"]] * 5


def test_the_same_file_again_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, line("A1"), line("A2", quantity="x"))
    first = bring(path)

    second = bring(path)

    assert second.is_repeat
    assert (second.id, second.rows, second.rejected, second.reasons) == (first.id, 2, 1, {"number.invalid": 1})
    assert len(recorded()) == 1


def test_a_changed_file_is_a_new_import_and_says_so(tmp_path: Path) -> None:
    bring(write(tmp_path, line("A1")))

    result = bring(write(tmp_path, line("A1"), line("A2")))

    assert not result.is_repeat
    assert "other content" in result.notes[0]
    assert Import.objects.count() == 2
    assert [fact.key for fact in recorded()] == [
        "order.paid:online:A1",
        "order.paid:online:A1",
        "order.paid:online:A2",
    ]  # the pump drops one


def test_other_settings_read_the_file_again_under_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{line('A1', at='03/04/2026 10:00')}\n{line('A2')}\n")
    first = bring(path)
    assert first.reasons == {"date.ambiguous": 1}

    second = bring(path, day_order="dmy")

    assert (second.id, second.rejected, second.facts) == (first.id, 0, 2)
    assert accounted(second)
    assert [fact.key for fact in recorded()] == ["order.paid:online:A2", "order.paid:online:A1", "order.paid:online:A2"]


def test_rejected_rows_are_kept_with_number_reason_and_the_encrypted_row(tmp_path: Path) -> None:
    path = write(tmp_path, line("A1", quantity="-1", phone="13800138000"), ",,,,,,", "short", line("A2", at="soon"))

    result = bring(path)

    assert result.id is not None
    kept = rejects(result.id, unmask=True)
    assert [(row.row, row.code) for row in kept] == [(2, "amount.negative"), (3, "row.empty"), (4, "row.columns"), (5, "date.invalid")]
    assert json.loads(kept[0].line or "")["手机号"] == "13800138000"
    assert kept[2].line == "short\n"
    assert rejects(result.id)[0].line is None
    assert [row.row for row in rejects(result.id, after=(3, "row.empty"), limit=1)] == [4]
    assert dict(reasons(result.id))["row.columns"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(because, '') || string_agg(encode(line, 'escape'), '') FROM facts_importreject")
        assert "13800138000" not in cursor.fetchone()[0]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_a_gbk_export_comes_in_as_it_is(tmp_path: Path, encoding: str) -> None:
    bring(write(tmp_path, line("A1"), encoding=encoding))
    assert recorded()[0].properties["lines"][0]["name"] == "茶"


def test_a_tenth_of_bad_lines_is_reported_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path, *(line(f"A{number}", quantity="x" if number % 10 == 0 else 1) for number in range(1000)))

    result = bring(path)

    assert (result.rows, result.rejected, result.facts) == (1000, 100, 900)
    assert result.id is not None
    assert [row.row for row in rejects(result.id, limit=3)] == [2, 12, 22]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "coupons"}, "import.kind"),
        ({"kind": "members", "preset": "online_retail"}, "import.preset"),
        ({"preset": "nobody"}, "import.preset"),
        ({"currency": "GBP"}, "currency.other"),
        ({"zone": "Mars/Phobos"}, "zone.unknown"),
        ({"mapping": {"order_number": ""}}, "mapping.missing"),
        ({"day_order": "ymd"}, "date.order"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(tmp_path: Path, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        bring(write(tmp_path, line()), **given)
    assert refused.value.code == code
    assert not Import.objects.exists()
    assert not recorded()


def test_another_currency_says_how_to_change_the_merchants(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"siyu setting merchant\.currency GBP"):
        bring(write(tmp_path, line()), currency="gbp")


def test_a_file_without_rows_is_refused_and_its_import_says_why(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no rows"):
        bring(write(tmp_path))
    assert imports()[0].status == "failed"


def test_a_dry_run_reads_everything_and_writes_nothing(tmp_path: Path) -> None:
    result = bring(write(tmp_path, line("A1"), line("A2", quantity="x")), is_dry=True)
    assert (result.facts, result.rejected, result.sample[0][0]) == (1, 1, 3)
    assert accounted(result)
    assert not Import.objects.exists()
    assert not recorded()


def test_a_run_that_dies_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PORTION_FACTS", 3)
    rows = [line(f"A{number}", sku=f"T{turn}", quantity="x" if number == 7 else 1) for turn in range(2) for number in range(20)]
    path = write(tmp_path, *rows)
    calls = 0

    def dying(stage: str, done: int, _of: int | None) -> None:
        nonlocal calls
        calls += stage == "read"
        if calls == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.run(path, services.Options("orders"), by=BY, now=NOW, progress=dying)
    assert 0 < imports()[0].rows_done < 40

    result = bring(path)

    assert "going on after row" in result.notes[0]
    assert accounted(result)
    assert (result.rows, result.facts, result.rejected) == (40, 19, 2)
    assert sorted(fact.key for fact in recorded()) == sorted(f"order.paid:online:A{number}" for number in range(20) if number != 7)


def test_a_file_that_changes_while_it_is_read_stops_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PORTION_FACTS", 3)
    path = write(tmp_path, *(line(f"A{number}") for number in range(20)))

    def change(stage: str, _done: int, _of: int | None) -> None:
        if stage == "read":
            path.write_text("x")

    with pytest.raises(Refusal) as refused:
        services.run(path, services.Options("orders"), by=BY, now=NOW, progress=change)
    assert refused.value.code == "file.changed"
    assert imports()[0].status == "failed"
    assert len(recorded()) == 3


def test_members_products_and_facts_come_in_under_their_own_sources(tmp_path: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text("手机号,姓名,注册时间,渠道,备注\n13800138000,张伟,2024-01-02,抖音,x\n")
    products = tmp_path / "products.csv"
    products.write_text("商品编码,商品名称,售价\nT1,龙井,128\n")
    facts = tmp_path / "facts.csv"
    facts.write_text("事件,时间,手机号,页面\nmember.checked_in,2026-05-01 08:00,13800138000,home\n")

    left_out = bring(members, "members").reading["left_out"]
    bring(products, "products")
    bring(facts, "facts")

    assert left_out == ["备注"]
    assert [fact.name for fact in recorded()] == ["member.identified", "pool.joined", "product.updated", "member.checked_in"]
    assert recorded()[3].properties["页面"] == "home"
    assert [view.source for view in imports()] == ["import.facts", "import.products", "import.members"]


def test_history_earns_only_when_told_to(tmp_path: Path) -> None:
    bring(write(tmp_path, line("A1"), name="a.csv"))
    bring(write(tmp_path, line("A2"), name="b.csv"), earns=True)
    assert [fact.is_historical for fact in recorded()] == [True, False]
