"""What surrounds every page and comes from the rooms: the merchant's words, open alarms, badges of the data. See `wiring.FRAME`."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest

from siyu.lib.clock import utc_now
from siyu.lib.sql import statements
from siyu.lib.web.business import Business
from siyu.merchant.queries import settings_book, today

from .alarms import OpenAlarm, alarms_for

_sql = statements("siyu.console", "frame")


def merchant() -> Business:
    """Name, currency and zone in force; one small SELECT."""
    book, day = settings_book(), today(utc_now())
    return Business(book.value("merchant.name", day), book.currency(day), book.zone(day))


@dataclass(frozen=True, slots=True)
class Frame:
    """Alarms this viewer can do something about; badges of every source that asks for one (公开教学数据, 模拟)."""

    alarms: list[OpenAlarm]
    badges: list[str]


def frame(request: HttpRequest) -> Frame:
    """Two small SELECTs, made only when a page shows the frame."""
    viewer: Any = request.viewer  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(_sql.badges)
        badges = [row[0] for row in cursor.fetchall()]
    return Frame(alarms_for(viewer), badges)
