"""Imports through the whole house: what a merchant brings from an old system is there, once, and can be corrected."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from siyu.facts.imports.draining import drain
from siyu.facts.imports.queries import import_of, quarantined
from siyu.facts.imports.services import Options, Result, run
from siyu.facts.intake import message_hash
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_id
from siyu.merchant.rules import SYSTEM
from siyu.touches.asking import policy_at, states
from siyu.touches.rules.gate import Proposal, consent_refusal

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
HEADER = "订单号,付款时间,手机号,商品编码,数量,单价"

pytestmark = pytest.mark.usefixtures("clone")


def bring(path: Path, kind: str = "orders", **given: object) -> Result:
    result = run(path, Options(kind, **given), by=SYSTEM, now=NOW)  # type: ignore[arg-type]
    assert not drain(lambda: NOW, lambda _done, _of: None).because
    assert quarantined(source_id(f"import.{kind}"), NOW) == 0
    return result


def orders(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    return path


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


BOOK = "SELECT number, amount_minor, lines FROM orders_order ORDER BY number"


def test_an_overlapping_file_adds_only_what_is_new(tmp_path: Path) -> None:
    bring(orders(tmp_path, "may.csv", "A1,2026-05-01,13800138000,T1,2,10", "A2,2026-05-02,13800138000,T1,1,10"))

    result = bring(orders(tmp_path, "june.csv", "A2,2026-05-02,13800138000,T1,1,10", "A3,2026-05-03,13800138000,T1,1,30"))

    assert (result.facts, result.known) == (2, 1)
    assert rows(BOOK) == [("A1", 2000, 1), ("A2", 1000, 1), ("A3", 3000, 1)]
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'order.paid'") == [(3,)]
    assert rows("SELECT orders, revenue_minor FROM orders_statistics") == [(3, 6000)]


def test_a_repaired_file_completes_what_the_first_could_not_tell(tmp_path: Path) -> None:
    first = bring(orders(tmp_path, "may.csv", "A1,2026-05-01,,T1,2,10", "A2,2026-05-02,,T1,1,10", "A2,2026-05-02,,T2,zwei,10"))
    assert first.rejected == 2

    bring(orders(tmp_path, "may.csv", "A1,2026-05-01,,T1,2,10", "A2,2026-05-02,,T1,1,10", "A2,2026-05-02,,T2,2,10"))

    assert rows(BOOK) == [("A1", 2000, 1), ("A2", 3000, 2)]


def test_a_known_order_changes_only_when_the_file_corrects(tmp_path: Path) -> None:
    bring(orders(tmp_path, "a.csv", "A1,2026-05-01,13800138000,T1,2,10"))

    bring(orders(tmp_path, "b.csv", "A1,2026-05-01,13800138000,T1,3,10"))
    assert rows(BOOK) == [("A1", 2000, 1)]

    corrected = orders(tmp_path, "c.csv", "A1,2026-05-01,13800138000,T1,3,10", "A9,2026-05-09,,T1,1,5")
    bring(corrected, corrects=True)
    assert rows(BOOK) == [("A1", 3000, 1), ("A9", 500, 1)]
    assert rows("SELECT orders, revenue_minor FROM orders_statistics") == [(1, 3000)]


def test_members_come_in_with_what_is_known_of_them(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(
        "会员卡号,手机号,姓名,昵称,生日,标签,注册时间,渠道,短信授权\n"
        "C1,13800138000,张伟,小伟,1990-03-08,老客;茶友,2024-01-02,门店,是\n"
        "C2,13900139000,李娜,,,,2025-02-03,,否\n".encode("gbk")
    )

    bring(path, "members")
    bring(orders(tmp_path, "may.csv", "A1,2026-05-01,13800138000,T1,2,10"))

    assert rows("SELECT count(*) FROM members_member WHERE is_identified AND merged_into_id IS NULL") == [(2,)]
    assert rows("SELECT kind, count(*) FROM members_identity GROUP BY kind ORDER BY kind") == [("card", 2), ("phone", 2)]
    assert rows("SELECT nickname FROM members_member WHERE nickname <> ''") == [("小伟",)]
    assert {row[0] for row in rows("SELECT name FROM members_tag")} == {"老客", "茶友"}
    consents = "SELECT channel, is_given FROM members_consent ORDER BY is_given DESC"
    assert rows(consents) == [("sms", True), ("sms", False)]
    assert sorted(str(row[0].date()) for row in rows("SELECT pool_joined_at FROM members_lifecycle")) == ["2024-01-01", "2025-02-02"]
    assert rows("SELECT max(orders) FROM orders_statistics") == [(1,)]
    assert "张伟" not in str(rows("SELECT properties FROM facts_log"))


def test_a_list_of_members_makes_nobody_agree_again_who_said_no_since(tmp_path: Path) -> None:
    phone = Handle("phone", "13800138000")
    no = {"purpose": "marketing", "channel": "sms", "proof": "replied R"}
    record(
        [Incoming(name="consent.withdrawn", occurred_at=NOW - timedelta(days=1), message="no", handles=[phone], properties=no)],
        source="sms",
        received_at=NOW,
    )
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("手机号,姓名,短信授权\n13800138000,张伟,是\n13900139000,李娜,是\n")
    new.write_text("手机号,短信授权,授权时间\n13800138000,是,2026-06-01 09:00\n")

    def agreed() -> list[bool]:
        now = NOW + timedelta(days=1)
        policy, zone = policy_at(now)
        members = [row[0] for row in rows("SELECT member_id FROM members_identity WHERE kind = 'phone' ORDER BY id")]
        return [
            consent_refusal(policy, states([one], policy, zone, now)[one], Proposal("k", "sms", "marketing", now)) is None
            for one in members
        ]

    bring(old, "members")
    first = agreed()
    bring(new, "members")

    assert (first, agreed()) == ([False, True], [True, True])


def test_products_and_facts_come_in(tmp_path: Path) -> None:
    products, facts = tmp_path / "products.csv", tmp_path / "facts.csv"
    products.write_text("商品编码,商品名称,类目,售价\nT1,龙井,绿茶,128\nT2,普洱,黑茶,99.5\n")
    facts.write_text("事件,时间,手机号,页面\nmember.checked_in,2026-05-01 08:00,13800138000,home\n")

    bring(products, "products")
    bring(facts, "facts")

    assert rows("SELECT sku, name, price_minor FROM orders_product ORDER BY sku") == [("T1", "龙井", 12800), ("T2", "普洱", 9950)]
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'member.checked_in' AND properties->>'页面' = 'home'") == [(1,)]


def test_a_fact_the_pump_refuses_is_found_again_by_its_row(tmp_path: Path) -> None:
    path = orders(tmp_path, "big.csv", *(f"A1,2026-05-01,,T{number},1,1" for number in range(5_001)))

    result = run(path, Options("orders"), by=SYSTEM, now=NOW)
    drain(lambda: NOW, lambda _done, _of: None)

    assert quarantined(source_id("import.orders"), NOW) == 1
    file_key = import_of(result.id or 0).file_hash.hex  # type: ignore[union-attr]
    assert rows("SELECT code, name, message FROM facts_quarantine") == [("order.lines", "order.paid", message_hash(f"orders:{file_key}:2"))]
