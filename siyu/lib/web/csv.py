"""Lists as CSV files that open well in a spreadsheet: UTF-8 with BOM, no formulas, a limit that is said in the file."""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from itertools import islice
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext

LIMIT = 100_000
CHUNK = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Any) -> Any:
    """A cell that no spreadsheet runs: a text that could begin a formula gets an apostrophe; instants in business time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = str(value)
        is_number = not isinstance(value, str)
        return text if is_number or not text.startswith(_FORMULA) else "'" + text
    return value


def csv_response(
    request: HttpRequest, name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]], *, limit: int = LIMIT
) -> StreamingHttpResponse:
    """A download `name.csv`, streamed. Behind `limit` rows the file ends with a line that says so."""
    chunks = _chunks(header, rows, limit)
    body = _awaited(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _chunks(header: Sequence[Any], rows: Iterable[Sequence[Any]], limit: int) -> Iterator[bytes]:
    yield "\ufeff".encode() + _lines([header])
    remaining = iter(rows)
    for start in range(0, limit, CHUNK):
        part = list(islice(remaining, min(CHUNK, limit - start)))
        if not part:
            return
        yield _lines(part)
    if next(remaining, None) is not None:
        yield _lines([[gettext("The file ends here: only the first %(limit)s rows were exported.") % {"limit": f"{limit:,}"}]])


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


async def _awaited(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(chunks, b""))  # rows come from the database, which must not block the loop
    while chunk := await following():
        yield chunk
