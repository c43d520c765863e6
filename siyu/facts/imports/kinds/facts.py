"""Facts of any name: one row per fact, with who, when, and properties as JSON or in the remaining columns."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ...catalogue import BY_NAME, BY_SEGMENT
from ...rules import FactError, Handle
from ...segment.body import MAX_DEPTH, is_too_deep
from .. import values
from ..mapping import Field
from .kind import HANDLES, Built, Fields, Kind, Numbered, Terms, handles_of, rejected, required_instant, required_name, same_currency

FIELDS = (
    Field("name", ("事件", "事件名", "事件名称", "event", "event name", "fact")),
    Field("occurred_at", ("时间", "发生时间", "事件时间", "time", "timestamp", "event time", "date")),
    *HANDLES,
    Field("anonymous_id", ("设备ID", "匿名ID", "device id")),
    Field("message_id", ("消息ID", "事件ID", "event id")),
    Field("properties", ("属性", "事件属性", "event properties")),
    Field("currency", ("币种",)),
)
REST = "rest."


def build(rows: Sequence[Numbered], terms: Terms) -> Built:
    """One row → one fact; names that Segment gives are turned into ours."""
    ((number, row),) = rows
    try:
        same_currency(row, terms)
        written = required_name(row, "name", "name.missing")
        name = BY_SEGMENT.get(written, written)
        if name in BY_NAME and BY_NAME[name].is_derived:
            raise FactError("name.derived", f"{name} is what siyu itself finds out; it cannot be imported")
        properties = _properties(row) | {"row_key": terms.row_key(number)}
        said = values.name_of(row.get("message_id"), "message_id")
        key = f"import.facts:{said}" if said else ""
        fact = terms.incoming(name, required_instant(row, "occurred_at", terms), number, _handles(row), properties, key=key)
    except FactError as error:
        return rejected(rows, {number: error})
    return Built("fact", [fact], [])


def _handles(row: Fields) -> list[Handle]:
    visitor = values.name_of(row.get("anonymous_id"), "anonymous_id")
    return handles_of(row) or ([Handle("anonymous_id", visitor)] if visitor else [])


def _properties(row: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if written := values.text(row.get("properties")):
        try:
            if is_too_deep(written.encode()):
                raise FactError("properties.invalid", f"properties are nested more than {MAX_DEPTH} deep")
            said = msgspec.json.decode(written)  # as the pump will: the standard library takes half of a surrogate pair and 1e400
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            raise FactError("properties.invalid", "properties are not JSON") from error
        if not isinstance(said, dict):
            raise FactError("properties.invalid", "properties are JSON but no object")
        if "\\u0000" in written:
            raise FactError("text.null", "properties hold a NUL character, which no text may")
    for field, value in row.items():
        if field.startswith(REST) and field.removeprefix(REST) not in said and (told := values.plain(value)) not in ("", None):
            said[field.removeprefix(REST)] = told
    return said


KIND = Kind("facts", FIELDS, needs=(("name",), ("occurred_at",)), build=build, takes_rest=True)
