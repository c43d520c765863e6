"""What a kind of file is: its fields, how rows belong together, and how they become facts. All pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ...rules import FactError, Handle, Incoming
from .. import values
from ..mapping import Field

Fields = Mapping[str, Any]  # a row's cells by field
Numbered = tuple[int, Fields]

# handles a file may name, surest first: the first one found carries the fact
HANDLES = (
    Field(
        "user_id",
        ("会员ID", "会员编号", "用户ID", "客户ID", "买家ID", "customer id", "user id", "customer", "member id", "买家会员名", "买家昵称"),
    ),
    Field("card", ("会员卡号", "卡号", "card number", "card no")),
    Field("unionid", ("union id", "微信unionid")),
    Field("openid", ("open id", "微信openid")),
    Field("mini_openid", ("小程序openid",)),
    Field("wecom_external_userid", ("企微外部联系人ID", "外部联系人ID", "external_userid", "external user id")),
    Field(
        "phone",
        (
            "手机号",
            "手机号码",
            "手机",
            "联系手机",
            "买家手机号",
            "买家手机",
            "收货人手机号",
            "收货人手机",
            "收货人手机号/提货人手机号",
            "联系电话",
            "电话",
            "mobile",
            "phone number",
            "tel",
            "phone (billing)",
            "billing phone",
        ),
    ),
    Field("email", ("邮箱", "电子邮箱", "邮件", "e-mail", "mail", "email address", "email (billing)", "billing email")),
)
HANDLE_NAMES = tuple(handle.name for handle in HANDLES)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole file."""

    file_key: str  # the file's hash in hex: with a row's number it names that row for ever
    kind: str
    file_name: str
    shop: str
    currency: str
    zone: ZoneInfo
    now: datetime  # when the import began; also the instant at which a list of members is true
    is_historical: bool = True
    corrects: bool = False  # what this file says of an order stands over what was said before
    day_order: str = ""
    rest: tuple[str, ...] = ()  # columns no field took, given as `rest.<column>`

    def row_key(self, row: int) -> str:
        return f"{self.file_key}:{row}"

    def incoming(self, name: str, at: datetime, row: int, handles: list[Handle], properties: dict[str, Any], **more: Any) -> Incoming:
        """A fact of this file; unless it has a natural key, its row makes it unique for ever."""
        part = more.pop("part", "")
        message = f"{self.kind}:{self.file_key}:{row}{':' + part if part else ''}"
        key = more.pop("key", "") or message
        return Incoming(
            name=name,
            occurred_at=at,
            message=message,
            key=key,
            handles=handles,
            properties=properties,
            is_historical=self.is_historical,
            **more,
        )


class Built(NamedTuple):
    """What rows that belong together became: facts under a destination, or rejects (row, code, because), never both."""

    destination: str
    facts: list[Incoming]
    rejects: list[tuple[int, str, str]]


def rejected(rows: Sequence[Numbered], errors: Mapping[int, FactError]) -> Built:
    """Rows of which some are wrong are refused together: half an order would be wrong money."""
    first = min(errors)
    because = f"belongs together with row {first}, which was refused ({errors[first].code}); repair it and import the file again"
    rejects = [
        (number, errors[number].code, errors[number].because) if number in errors else (number, "row.incomplete", because)
        for number, _ in rows
    ]
    return Built("", [], rejects)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, or a preset of one."""

    name: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]  # one of each; `quantity+unit_price` means both
    build: Callable[[Sequence[Numbered], Terms], Built]
    group: Callable[[Fields, Terms], str] | None = None  # rows with the same answer belong together; "" stands alone
    continues: Callable[[Fields], bool] = lambda _row: False  # whether a row without an answer belongs to what stands above it
    instant: str = "occurred_at"  # the field by which the log's partitions are made ahead
    open_prefix: str = ""
    takes_rest: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)  # a preset's columns
    currency: str = ""
    zone: str = ""
    preset: str = ""
    shop: str = ""


class Grouping:
    """To which group each row of a file belongs, asked row by row."""

    def __init__(self, kind: Kind, terms: Terms) -> None:
        self._kind, self._terms, self._above = kind, terms, ""

    def of(self, row: Fields | None) -> str:
        """The group of the next row, "" for one that stands alone or cannot be read. Raises `FactError`."""
        if self._kind.group is None or row is None:
            return ""
        group = self._kind.group(row, self._terms)
        if not group:
            return self._above if self._kind.continues(row) else ""
        self._above = group
        return group


def handles_of(row: Fields) -> list[Handle]:
    """The buyer's or member's handles, surest first."""
    return [Handle(name, value) for name in HANDLE_NAMES if name in row and (value := values.name_of(row[name], name))]


def past(row: Fields, name: str, terms: Terms) -> datetime | None:
    """An instant that has passed. Raises `date.future`."""
    found = values.instant(row.get(name), terms.zone, terms.day_order)
    if found is not None and (found - terms.now).total_seconds() > 86_400:
        raise FactError("date.future", f"{name} is in the future")
    return found


def required_instant(row: Fields, name: str, terms: Terms) -> datetime:
    found = past(row, name, terms)
    if found is None:
        raise FactError("date.missing", f"{name} is empty")
    return found


def required_name(row: Fields, name: str, code: str, limit: int = 200) -> str:
    found = values.name_of(row.get(name), name)
    if not found or len(found) > limit:
        raise FactError(code, f"{name} is empty" if not found else f"{name} is longer than {limit} characters")
    return found


def same_currency(row: Fields, terms: Terms) -> None:
    given = values.text(row.get("currency")).upper()
    if given and given != terms.currency:
        raise FactError("currency.other", f"the row is in another currency; this installation keeps {terms.currency}")
