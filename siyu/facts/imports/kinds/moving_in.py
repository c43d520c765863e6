"""Moving in 老会员迁移: what members have in another system: opening points with their expiry, tiers, badges. One row per member and lot.

Rows of one member, unit and expiry belong together: their amounts add up. What was brought in once is named by the member's handle, so
that the same file, or a newer copy of it, adds nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from siyu.lib.money import MAX_AMOUNT

from ...rules import FactError, Handle, Incoming
from .. import values
from ..mapping import Field
from .kind import HANDLES, Built, Fields, Kind, Numbered, Terms, handles_of, rejected

FIELDS = (
    *HANDLES,
    Field("points", ("积分", "可用积分", "积分余额", "当前积分", "剩余积分", "balance", "points balance", "available points")),
    Field("unit", ("单位", "积分类型", "currency of points")),
    Field("expires_on", ("有效期", "到期日", "到期时间", "积分到期日", "过期时间", "expires", "expiry", "valid until", "expiry date")),
    Field("tier", ("等级", "会员等级", "等级编码", "tier code", "level")),
    Field("tier_until", ("等级有效期", "等级到期日", "tier expires", "tier valid until")),
    Field("badges", ("勋章", "徽章", "badge")),
)
MAX_CODE = 60


def build(rows: Sequence[Numbered], terms: Terms) -> Built:
    """Rows of one member, unit and expiry → who it is, the value, the tier, the badges."""
    faults: dict[int, FactError] = {}
    facts: list[Incoming] = []
    total = 0
    for number, row in rows:
        try:
            total += _points(row)
            if total > MAX_AMOUNT:
                raise FactError("points.invalid", f"the rows of one member, unit and last day bring more than {MAX_AMOUNT:,} together")
            facts = facts or _facts(number, row, terms)
        except FactError as error:
            faults[number] = error
    if faults:
        return rejected(rows, faults)
    number, row = rows[0]
    if facts:
        facts[0] = _with_account(facts[0], rows, total, terms)
    if total:
        facts.append(_value(number, row, total, terms))
    if len(facts) == 1:
        return rejected(rows, {number: FactError("row.empty", "the row brings nothing in: no points, no tier and no badge")})
    return Built("member", facts, [])


def _with_account(who: Incoming, rows: Sequence[Numbered], total: int, terms: Terms) -> Incoming:
    """What the rows say, told with who it is of: the reconciliation sheet adds it up, also where all of it was brought in before."""
    _, row = rows[0]
    ends = _day(row, "expires_on", terms)
    account = {"rows": len(rows), "unit": _unit(row), "amount": total, "expires_on": ends.isoformat() if ends else ""}
    account |= {"tier": values.name_of(row.get("tier"), "tier") or "", "badges": _badges(row)}
    return msgspec.structs.replace(who, properties={"moving_in": account})


def _badges(row: Fields) -> list[str]:
    told = values.text(row.get("badges")).replace("，", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(badge.strip()[:MAX_CODE] for badge in told if badge.strip()))


def group(row: Fields, terms: Terms) -> str:
    """The same member, unit and day of expiry; unreadable rows stand alone."""
    try:
        handles, ends = handles_of(row), _day(row, "expires_on", terms)
    except FactError:
        return ""
    return f"{handles[0].kind}:{handles[0].value}:{_unit(row)}:{ends or ''}" if handles else ""


def _facts(number: int, row: Fields, terms: Terms) -> list[Incoming]:
    handles = handles_of(row)
    if not handles:
        raise FactError("handle.missing", "the row names no one: it has no user id, card number, phone, e-mail or WeChat id")
    facts = [_fact("member.identified", number, handles, {}, terms, part="who", proof="import")]
    if tier := values.name_of(row.get("tier"), "tier"):
        if len(tier) > MAX_CODE:
            raise FactError("tier.unknown", "this is no code of a tier")
        until = _day(row, "tier_until", terms)
        told = {"tier": tier, **({"until": until.isoformat()} if until else {})}
        facts.append(_fact("tier.brought_in", number, handles, told, terms, key=_key(handles, "tier")))
    for badge in _badges(row):
        facts.append(
            _fact("badge.brought_in", number, handles, {"badge": badge}, terms, part=f"badge {badge}", key=_key(handles, "badge", badge))
        )
    return facts


def _value(number: int, row: Fields, total: int, terms: Terms) -> Incoming:
    handles, ends = handles_of(row), _day(row, "expires_on", terms)
    told: dict[str, Any] = {"unit": _unit(row), "amount": total, "row_key": terms.row_key(number)}
    if ends is not None:
        if ends < terms.now.astimezone(terms.zone).date():
            raise FactError("date.past", "these points have ended already")
        told["expires_on"] = ends.isoformat()
    return _fact("value.brought_in", number, handles, told, terms, key=_key(handles, "value", told["unit"], told.get("expires_on", "")))


def _fact(name: str, row: int, handles: list[Handle], told: dict[str, Any], terms: Terms, **more: Any) -> Incoming:
    fact = terms.incoming(name, terms.now, row, handles, told, **{"part": name, **more})
    return msgspec.structs.replace(fact, is_historical=False)  # it is true from now on


def _key(handles: list[Handle], *what: str) -> str:
    return ":".join(("moving_in", handles[0].kind, handles[0].value, *what))


def _points(row: Fields) -> int:
    given = values.number(row.get("points"), "points")
    if given is None:
        return 0
    if given != int(given) or not 0 <= given <= MAX_AMOUNT:
        raise FactError("points.invalid", f"points are a whole number from 0 to {MAX_AMOUNT:,}")
    return int(given)


def _unit(row: Fields) -> str:
    return values.name_of(row.get("unit"), "unit") or "points"


def _day(row: Fields, name: str, terms: Terms) -> date | None:
    return values.day(row.get(name), terms.day_order)


KIND = Kind("moving_in", FIELDS, needs=(("points", "tier", "badges"),), build=build, group=group, instant="")
