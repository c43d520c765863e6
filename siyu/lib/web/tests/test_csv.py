"""CSV files are opened by spreadsheets: what a stranger typed must stay text there."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import RequestFactory
from django.utils import timezone, translation

from siyu.lib.web.csv import csv_response, safe


def read(response) -> list[list[str]]:
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(body)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text):
    assert safe(text) == "'" + text


@pytest.mark.parametrize("value", [-5, -5.5, Decimal("-5.50"), 0, "plain", "a=b", "张三"])
def test_numbers_and_plain_texts_stay_as_they_are(value):
    assert str(safe(value)) == str(value)


def test_times_are_written_on_the_merchants_clock():
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert safe(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == "2026-03-02 00:30:00"
    assert safe(date(2026, 3, 1)) == "2026-03-01"
    assert safe(None) == ""


def test_a_file_begins_with_a_mark_and_its_header():
    response = csv_response(RequestFactory().get("/"), "members", ["Name", "总额"], [["=evil", 1], ['a"b,c', None]])
    body = b"".join(response.streaming_content)
    assert body.startswith(b"\xef\xbb\xbfName,")
    assert response["Content-Disposition"] == 'attachment; filename="members.csv"'
    assert list(csv.reader(StringIO(body.decode("utf-8-sig"))))[1:] == [["'=evil", "1"], ['a"b,c', ""]]


def test_a_file_says_when_it_is_cut():
    with translation.override("en"):
        whole = read(csv_response(RequestFactory().get("/"), "x", ["n"], ([n] for n in range(7)), limit=7))
        cut = read(csv_response(RequestFactory().get("/"), "x", ["n"], ([n] for n in range(8)), limit=7))
    assert len(whole) == 8
    assert len(cut) == 9
    assert "first 7 rows" in cut[-1][0]


def test_rows_are_fetched_while_the_file_goes_out():
    fetched = []
    rows = ([fetched.append(n)] for n in range(10_000))
    stream = iter(csv_response(RequestFactory().get("/"), "x", ["n"], rows).streaming_content)
    next(stream), next(stream)
    assert len(fetched) == 500


async def _body(response) -> bytes:
    return b"".join([chunk async for chunk in response])


def test_it_streams_under_asgi_too():
    from asgiref.sync import async_to_sync

    request = ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}, None)
    response = csv_response(request, "x", ["n"], [[1], [2]])
    assert response.is_async
    assert async_to_sync(_body)(response).decode("utf-8-sig").split() == ["n", "1", "2"]
