"""Members: one row per person, with handles, traits, tags, consents and how they came into the pool."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.lib.crypto import lookup_hash

from ...rules import FactError, Handle, Incoming
from .. import values
from ..mapping import Field
from .kind import HANDLES, Built, Fields, Kind, Numbered, Terms, handles_of, past, rejected

# trait ← column; the personal ones of them are listed in the catalogue and become tokens in the log
TRAITS = (
    Field("name", ("姓名", "会员姓名", "客户姓名", "真实姓名", "full name", "customer name")),
    Field("nickname", ("昵称", "微信昵称", "会员昵称", "nick name", "display name")),
    Field("gender", ("性别", "sex")),
    Field("birthday", ("生日", "出生日期", "会员生日", "date of birth", "birth date", "dob")),
    Field("city", ("城市", "所在城市", "市")),
    Field("province", ("省份", "省", "所在省", "state")),
    Field("address", ("地址", "详细地址", "收货地址", "联系地址", "street")),
    Field("level", ("等级", "会员等级", "会员级别", "member level", "tier")),
    Field("company", ("公司", "单位")),
)
CONSENTS = {
    "consent_sms": "sms",
    "consent_email": "email",
    "consent_wecom": "wecom",
    "consent_inbox": "inbox",
    "consent_phone": "phone",
    "consent_any": "any",
}
FIELDS = (
    *HANDLES,
    *TRAITS,
    Field("tags", ("标签", "会员标签", "客户标签", "tag")),
    Field(
        "joined_at",
        (
            "入会时间",
            "注册时间",
            "入会日期",
            "注册日期",
            "加入时间",
            "成为会员时间",
            "成为客户时间",
            "joined",
            "join date",
            "registered at",
            "created at",
            "signup date",
        ),
    ),
    Field("channel", ("渠道", "来源渠道", "来源", "获客渠道", "注册渠道", "source", "signup source")),
    Field("store", ("门店编码", "所属门店", "门店", "store code")),
    Field("consent_sms", ("短信授权", "接收短信", "短信营销", "sms consent", "accepts sms marketing")),
    Field("consent_email", ("邮件授权", "接收邮件", "email consent", "accepts email marketing", "accepts marketing")),
    Field("consent_wecom", ("企微授权", "wecom consent")),
    Field("consent_inbox", ("站内信授权", "inbox consent")),
    Field("consent_phone", ("电话授权", "phone consent")),
    Field("consent_any", ("营销授权", "marketing consent", "consent")),
    Field("consent_at", ("授权时间", "同意时间", "consent date")),
    Field("consent_proof", ("授权凭证", "consent proof")),
)
_TAG_SIGNS = re.compile(r"[,，;；|、\n]+")
_GENDERS = {"男": "male", "m": "male", "male": "male", "女": "female", "f": "female", "female": "female"}
_PREFIX = "trait."
MAX_TAGS = 50
MAX_TAG = 60  # characters
MAX_TRAIT = 2_000  # characters


def build(rows: Sequence[Numbered], terms: Terms) -> Built:
    """One row → who the person is, and, where the file says so, the arrival in the pool and each consent."""
    ((number, row),) = rows
    try:
        handles = handles_of(row)
        if not handles:
            raise FactError("handle.missing", "the row names no one: it has no user id, card number, phone, e-mail or WeChat id")
        facts = [_identified(number, row, handles, terms)]
        if joined := past(row, "joined_at", terms):
            facts.append(_joined(number, row, handles, joined, terms))
        facts += _consents(number, row, handles, terms)
    except FactError as error:
        return rejected(rows, {number: error})
    return Built("member", facts, [])


def _identified(number: int, row: Fields, handles: list[Handle], terms: Terms) -> Incoming:
    """A list of members is true when it is read: its traits count from then on."""
    traits = _traits(row, terms)
    if tags := _tags(row):
        traits["tags"] = tags
    properties = {"traits": traits, "row_key": terms.row_key(number)}
    return terms.incoming("member.identified", terms.now, number, handles, properties, proof="import")


def _tags(row: Fields) -> list[str]:
    tags = list(dict.fromkeys(tag.strip() for tag in _TAG_SIGNS.split(values.text(row.get("tags"))) if tag.strip()))
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in tags):
        raise FactError("tags.many", f"a row has at most {MAX_TAGS} tags of at most {MAX_TAG} characters")
    return tags


def _joined(number: int, row: Fields, handles: list[Handle], at: datetime, terms: Terms) -> Incoming:
    properties = {"row_key": terms.row_key(number)}
    if channel := values.text(row.get("channel")):
        properties["channel"] = channel
    # said again by another file, it is the same arrival
    key = f"pool.joined:import:{lookup_hash(*handles[0])}:{at.isoformat()}"
    return terms.incoming("pool.joined", at, number, handles[:1], properties, part="joined", key=key)


def _consents(number: int, row: Fields, handles: list[Handle], terms: Terms) -> list[Incoming]:
    """A list says yes of who agreed some day: as the row tells, else when they joined, else undated. A no holds from now on."""
    given = {channel: said for field, channel in CONSENTS.items() if field in row and (said := values.yes(row[field], field)) is not None}
    if not given:
        return []
    told = past(row, "consent_at", terms)
    agreed = told or past(row, "joined_at", terms)
    common = {"purpose": "marketing", "row_key": terms.row_key(number)}
    common["proof"] = values.text(row.get("consent_proof")) or f"{terms.file_name}, row {number}"
    return [
        terms.incoming(
            "consent.given" if is_given else "consent.withdrawn",
            (agreed if is_given else told) or terms.now,
            number,
            handles[:1],
            {**common, "channel": channel, **({"undated": True} if is_given and agreed is None else {})},
            part=f"consent.{channel}",
        )
        for channel, is_given in given.items()
    ]


def _traits(row: Fields, terms: Terms) -> dict[str, Any]:
    traits: dict[str, Any] = {}
    for trait in TRAITS:
        if trait.name in row and (value := _trait(trait.name, row[trait.name], terms)) not in ("", None):
            traits[trait.name] = value
    for field, value in row.items():
        if field.startswith(_PREFIX) and (told := values.plain(value)) not in ("", None):
            traits[field.removeprefix(_PREFIX)] = told
    if store := values.text(row.get("store")):
        traits["store"] = store
    if any(isinstance(value, str) and len(value) > MAX_TRAIT for value in traits.values()):
        raise FactError("trait.long", f"a trait is longer than {MAX_TRAIT} characters")
    return traits


def _trait(name: str, value: Any, terms: Terms) -> Any:
    if name == "birthday":
        return _birthday(value, terms)
    if name == "gender":
        written = values.text(value)
        return _GENDERS.get(written.lower(), written)
    return values.text(value)


def _birthday(value: Any, terms: Terms) -> str:
    """A calendar day, also one before 1970; it has no zone."""
    day = values.day(value, terms.day_order)
    if day is None:
        return ""
    if day.year < 1900 or day > terms.now.date():
        raise FactError("date.invalid", "birthday is before 1900 or in the future")
    return day.isoformat()


KIND = Kind(
    "members",
    FIELDS,
    needs=(tuple(handle.name for handle in HANDLES),),
    build=build,
    instant="joined_at",
    open_prefix=_PREFIX,
)
