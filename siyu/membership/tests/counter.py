"""A mall with gifts of every kind, and members with points."""

from siyu.loyalty.services import Because, Grant, grant
from siyu.loyalty.tests.scene import START, happens, member, rows
from siyu.membership.rules.mall import Address
from siyu.membership.services.mall import GiftTerms, add_codes, change_gift, create_gift, put_on_sale, redeem
from siyu.membership.services.mall.redeeming import Redeemed
from siyu.merchant.rules import SYSTEM, Actor

HOME = Address("张小雨", "13812345678", "上海市 浦东新区", "世纪大道 100 号 3 楼")
LI = Actor("staff", 1, "Li")


def gift(code: str, kind: str = "physical", *, stock: int | None = 5, points: int = 100, **terms: object) -> None:
    """A gift on sale."""
    if kind == "physical":
        terms.setdefault("delivery", ["ship", "pick_up"])
    create_gift(SYSTEM, code, kind, GiftTerms(name=code, points=points, **terms), now=START, stock=stock)  # type: ignore[arg-type]
    put_on_sale(SYSTEM, code, on=True, now=START)


def vouchers(code: str = "tea", *codes: str) -> None:
    gift(code, "voucher", stock=None, points=50)
    add_codes(SYSTEM, code, codes or ("T-1", "T-2"), now=START)


def person(who: str, points: int = 1_000) -> int:
    """A member with points."""
    happens("member.identified", who, traits={"nickname": who})
    if points:
        grant(SYSTEM, [Grant(member(who), "points", points, f"opening:{who}", Because("test", who, "期初"))], START)
    return member(who)


def fetch(who: int, code: str, key: str = "k1", **more: object) -> Redeemed:
    return redeem(SYSTEM, who, code, key, START, **{"delivery": "pick_up", **more})  # type: ignore[arg-type]


def available(member_id: int) -> int:
    return _sum("available", member_id)


def held(member_id: int) -> int:
    return _sum("held", member_id)


def stock(code: str) -> int:
    return rows("SELECT stock FROM membership_gift WHERE code = %s", [code])[0][0]


def _sum(bucket: str, member_id: int) -> int:
    statement = {"available": "SELECT sum(available)", "held": "SELECT sum(held)"}[bucket]
    return int(rows(f"{statement} FROM loyalty_account WHERE owner_id = %s AND unit = 'points'", [member_id])[0][0] or 0)


__all__ = ["HOME", "LI", "GiftTerms", "available", "change_gift", "fetch", "gift", "held", "person", "stock", "vouchers"]
