"""The points mall as pages and the member centre show it."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from siyu.lib.clock import EPOCH
from siyu.lib.crypto import decrypt_text, mask
from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position
from siyu.loyalty.rewards import words_of_all
from siyu.members.queries import member
from siyu.merchant.rules import WHOLE, Scope

from ..models import Gift, Redemption, StockMove
from ..rules.mall import Address, Obstacle, State, Wish, obstacles
from ..services.mall.moves import by_code
from ..services.mall.redeeming import codes_of
from ..services.mall.wishes import wish_of, wishes

_sql = statements("siyu.membership", "mall")
LIMIT = 2_000
EXPORT = 100_000


class Offer(NamedTuple):
    """A gift as a member sees it: what it costs, what is left, and what stands against having one (nothing: it can be redeemed)."""

    code: str
    name: str
    description: str
    kind: str
    delivery: tuple[str, ...]
    points: int
    money_minor: int
    stock: int | None
    limit_each: int | None
    limit_period: str
    used: int
    gives: str  # rewards in words
    picture: str  # a file of the house
    image_url: str  # of the product, as the shop told it
    until_at: datetime | None
    obstacles: list[Obstacle]

    @property
    def may_redeem(self) -> bool:
        return not self.obstacles


class RedemptionView(NamedTuple):
    """A redemption as the console lists it."""

    id: int
    number: str
    gift_code: str
    gift: str
    kind: str
    public_id: str
    nickname: str
    quantity: int
    points: int
    money_minor: int
    delivery: str
    state: str
    redeemed_at: datetime
    moved_at: datetime
    due_at: datetime | None
    carrier: str
    tracking: str
    store_id: int | None
    handed_by: str
    because: str
    has_address: bool


class OwnRedemption(NamedTuple):
    """A redemption as its member sees it: with the code to collect it, or the codes it brought."""

    view: RedemptionView
    pick_up_code: str
    codes: list[str]
    address: Address | None  # masked


class Collection(NamedTuple):
    """What staff see of a pick-up code: the gift, and masked, whose it is. `state` tells whether it can be handed over."""

    number: str
    gift: str
    quantity: int
    money_minor: int
    nickname: str
    state: str
    due_at: datetime | None
    moved_at: datetime
    handed_by: str


def offers_for(member_id: int, now: datetime) -> list[Offer]:
    """Gifts on sale as a member sees them, in the order of the mall."""
    gifts = list(Gift.objects.filter(is_on_sale=True, archived_at=None).order_by("sort", "pk")[:LIMIT])
    shown = [gift for gift in gifts if gift.until_at is None or gift.until_at > now]
    pictures = _product_pictures([gift.sku for gift in shown if gift.sku])
    with connection.cursor() as cursor:
        return [_offer(gift, wish, pictures) for gift, wish in zip(shown, wishes(cursor.cursor, shown, member_id, now), strict=True)]


def offer_for(member_id: int, code: str, now: datetime) -> Offer | None:
    """One gift as a member sees it, off sale too; None when there is none of this code."""
    gift = Gift.objects.filter(code=code, archived_at=None).first()
    if gift is None:
        return None
    with connection.cursor() as cursor:
        return _offer(gift, wish_of(cursor.cursor, gift, member_id, 1, now), _product_pictures([gift.sku]))


def redemptions_of(member_id: int, *, limit: int = 50) -> list[OwnRedemption]:
    """A member's redemptions, the newest first."""
    views = _listing(Position(limit=min(limit, 200)), WHOLE, {"member": member_id})
    rows = {row.pk: row for row in Redemption.objects.filter(pk__in=[view.id for view in views])}
    return [_own(view, rows[view.id]) for view in views]


def redemption_of(member_id: int, number: str) -> OwnRedemption | None:
    """One redemption of a member."""
    views = _listing(Position(limit=1), WHOLE, {"member": member_id, "number": number})
    return _own(views[0], Redemption.objects.get(pk=views[0].id)) if views else None


def redemptions(at: Position, scope: Scope, **filters: Any) -> list[RedemptionView]:
    """A page of redemptions, the newest first; filters: `state`, `gift` (code), `first`, `last` (business days), `member`, `number`."""
    return _listing(at, scope, filters)


def one_redemption(number: str, scope: Scope) -> RedemptionView | None:
    """A redemption, if the viewer's scope holds its member."""
    views = _listing(Position(limit=1), scope, {"number": number})
    return views[0] if views else None


def every_redemption(scope: Scope, **filters: Any) -> Iterator[RedemptionView]:
    """All redemptions that pass the filters, for a file; page by page."""
    at = Position(limit=1_000)
    for _ in range(EXPORT // 1_000):
        views = _listing(at, scope, filters)
        yield from views
        if len(views) < at.limit:
            return
        at = Position((views[-1].redeemed_at, views[-1].id), limit=1_000)


def address_of(number: str, *, unmasked: bool = False) -> Address | None:
    """Where a redemption goes: masked unless the viewer may see it."""
    row = Redemption.objects.filter(number=number).only("address").first()
    return _address(bytes(row.address), unmasked=unmasked) if row is not None and row.address is not None else None


def collection(code: str) -> Collection | None:
    """What a pick-up code stands for. Whoever shows the code may be served: no scope is asked, and nothing but this is shown."""
    row = by_code(code)
    if row is None:
        return None
    found = member(row.owner_id, WHOLE)
    masked = mask("name", found.nickname) if found is not None and found.nickname else ""
    return Collection(row.number, row.gift.name, row.quantity, row.money_minor, masked, row.state, row.due_at, row.moved_at, row.handed_by)


def gifts(*, archived: bool = False) -> list[Gift]:
    """Gifts in the order of the mall."""
    rows = Gift.objects.all() if archived else Gift.objects.filter(archived_at=None)
    return list(rows.order_by("archived_at", "sort", "pk")[:LIMIT])


def one_gift(code: str) -> Gift | None:
    return Gift.objects.filter(code=code).first()


def gift_figures(first: date, last: date, scope: Scope = WHOLE) -> dict[int, tuple[int, int, int, int]]:
    """Gift → redemptions, pieces and points kept, still open, of a span of business days."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.figures, {"first": first, "last": last, **scope.parameters()})
        return {row[0]: row[1:] for row in cursor.fetchall()}


def stock_moves(gift_id: int, limit: int = 50) -> list[StockMove]:
    """What became of a gift's stock, the newest first."""
    return list(StockMove.objects.filter(gift_id=gift_id).select_related("redemption").order_by("-pk")[:limit])


def pictures_in_use() -> set[str]:
    """The files that gifts show."""
    return set(Gift.objects.exclude(picture="").values_list("picture", flat=True)[:LIMIT])


def _offer(gift: Gift, wish: Wish, pictures: dict[str, str]) -> Offer:
    return Offer(
        code=gift.code,
        name=gift.name,
        description=gift.description,
        kind=gift.kind,
        delivery=tuple(gift.delivery),
        points=gift.points,
        money_minor=gift.money_minor,
        stock=gift.stock,
        limit_each=gift.limit_each,
        limit_period=gift.limit_period,
        used=wish.used,
        gives=words_of_all(gift.rewards),
        picture=gift.picture,
        image_url=pictures.get(gift.sku, ""),
        until_at=gift.until_at,
        obstacles=obstacles(wish),
    )


def _product_pictures(skus: list[str]) -> dict[str, str]:
    if not any(skus):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_sql.product_pictures, {"skus": skus})
        return dict(cursor.fetchall())


def _listing(at: Position, scope: Scope, filters: dict[str, Any]) -> list[RedemptionView]:
    statement = _sql.listing_backwards if at.is_backwards else _sql.listing
    before, number = at.key or ((EPOCH if at.is_backwards else "infinity"), 0)
    known = {"state": None, "gift": None, "first": None, "last": None, "member": None, "number": None} | filters
    with connection.cursor() as cursor:
        cursor.execute(statement, {**known, "before": before, "before_id": number, "limit": at.limit, **scope.parameters()})
        return [RedemptionView(*row) for row in cursor.fetchall()]


def _own(view: RedemptionView, row: Redemption) -> OwnRedemption:
    code = decrypt_text(bytes(row.pick_up_code)) if row.state == State.READY and row.pick_up_code is not None else ""
    address = _address(bytes(row.address), unmasked=False) if row.address is not None else None
    return OwnRedemption(view, code, codes_of(row.pk), address)


def _address(stored: bytes, *, unmasked: bool) -> Address:
    plain = Address(**json.loads(decrypt_text(stored)))
    if unmasked:
        return plain
    return Address(
        mask("name", plain.name), mask("phone", plain.phone.replace(" ", "").replace("-", "")), plain.region, mask("address", plain.street)
    )
