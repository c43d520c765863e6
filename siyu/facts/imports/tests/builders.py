"""Files and shortcuts for the tests of imports."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from siyu.facts.imports.kinds.kind import Built, Kind, Terms
from siyu.facts.imports.options import Options
from siyu.facts.imports.services import Result, run
from siyu.facts.intake import Envelope, open_envelope
from siyu.facts.rules import Incoming
from siyu.merchant.rules import Actor

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
BY = Actor("staff", 1, "林晓")
HEADER = "订单号,付款时间,手机号,商品编码,商品名称,数量,单价"


def terms(**given: Any) -> Terms:
    base: dict[str, Any] = {"file_key": "f" * 32, "kind": "orders", "file_name": "orders.csv", "shop": "online", "currency": "CNY"}
    return Terms(**base | {"zone": ZoneInfo("Asia/Shanghai"), "now": NOW} | given)


def built(kind: Kind, *rows: dict[str, Any], **given: Any) -> Built:
    return kind.build(list(enumerate(rows, 2)), terms(kind=kind.name, **given))


def line(
    number: str = "A1", sku: str = "T1", quantity: object = 2, price: object = "10.00", at: str = "2026-05-01 10:00", phone: str = ""
) -> str:
    return f"{number},{at},{phone},{sku},茶,{quantity},{price}"


def write(folder: Path, *lines: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(text + "\n" for text in (HEADER, *lines)).encode(encoding))
    return path


def bring(path: Path, kind: str = "orders", now: datetime = NOW, **given: Any) -> Result:
    return run(path, Options(kind, **given), by=BY, now=now)


def recorded() -> Sequence[Incoming]:
    """What waits in the inbox."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, received_at, source_id, form, messages, done, payload FROM facts_inbox ORDER BY id")
        envelopes = cursor.fetchall()
    items = [item for row in envelopes for item in open_envelope(Envelope(*row, "CNY"))]
    assert not any(item.code for item in items), [item.because for item in items if item.code]
    return [item.incoming for item in items if item.incoming is not None]


def accounted(result: Result) -> bool:
    return result.rows == sum(result.destinations.values()) + result.rejected
