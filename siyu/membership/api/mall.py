"""The points mall for a member: gifts, redemptions."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from siyu.lib.clock import utc_now
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, Text

from ..queries.mall import Offer, offers_for, redemptions_of
from ..rules.mall import Address
from ..services.mall.redeeming import redeem
from .asking import EDIT, VIEW, Code, caller

router = Router(tags=["Points mall"])


class ObstacleOut(Schema):
    """Why not, and what is missing (points, pieces; 0 where nothing can be counted)."""

    code: str
    words: str
    missing: int


class GiftOut(Schema):
    """A gift as the member sees it; without obstacles it can be redeemed."""

    code: str
    name: str
    description: str
    kind: str
    delivery: list[str]
    points: int
    money_minor: int
    stock: int | None
    limit_each: int | None
    used: int
    obstacles: list[ObstacleOut]


class AddressIn(Body):
    """Where goods go; it is kept encrypted."""

    name: Text = Field(min_length=1, max_length=60)
    phone: Text = Field(min_length=1, max_length=40)
    region: Text = Field(min_length=1, max_length=100)
    street: Text = Field(min_length=1, max_length=200)


class RedemptionIn(Body):
    """Which gift, how many, and how goods reach the member."""

    gift: Code
    quantity: int = Field(1, ge=1, le=20)
    delivery: Text = Field("", max_length=20, description="ship or pick_up, where the gift leaves a choice")
    address: AddressIn | None = None


class RedeemedOut(Schema):
    """The redemption's number and state, the code to collect it with, the codes handed out."""

    number: str
    state: str
    points: int
    due_at: datetime | None
    pick_up_code: str
    codes: list[str]
    is_repeated: bool


class RedemptionOut(Schema):
    """A redemption of the member."""

    number: str
    gift_code: str
    gift: str
    quantity: int
    points: int
    state: str
    redeemed_at: datetime
    carrier: str
    tracking: str


@router.get("/members/{member}/gifts", auth=VIEW, response={200: list[GiftOut], **FAULTS}, summary="Gifts")
def gifts(request: HttpRequest, member: str) -> list[GiftOut]:
    """Gifts on sale, each with what stands against this member having one."""
    return [_gift(one) for one in offers_for(numbered(member), utc_now())]


@router.get("/members/{member}/redemptions", auth=VIEW, response={200: list[RedemptionOut], **FAULTS}, summary="Redemptions")
def redemptions(request: HttpRequest, member: str) -> list[RedemptionOut]:
    """The member's redemptions, newest first."""
    views = [one.view for one in redemptions_of(numbered(member))]
    return [RedemptionOut(**{name: getattr(view, name) for name in RedemptionOut.model_fields}) for view in views]


@router.post("/members/{member}/redemptions", auth=EDIT, response={200: RedeemedOut, **FAULTS}, summary="Redeem a gift")
def redeem_gift(request: HttpRequest, member: str, body: RedemptionIn, idempotency_key: IdempotencyKey) -> RedeemedOut:
    """Exchange points for a gift. 409 with what stands against it: `gift.sold_out`, `gift.limit`, `gift.points` …"""
    by, key = caller(request, idempotency_key)
    address = Address(**body.address.dict()) if body.address else None
    done = redeem(by, numbered(member), body.gift, key, utc_now(), quantity=body.quantity, delivery=body.delivery, address=address)
    return RedeemedOut(**done._asdict())


def _gift(one: Offer) -> GiftOut:
    told = {name: getattr(one, name) for name in GiftOut.model_fields if name not in ("delivery", "obstacles")}
    obstacles = [
        ObstacleOut(code=obstacle.code, words=obstacle.words % {"missing": obstacle.missing}, missing=obstacle.missing)
        for obstacle in one.obstacles
    ]
    return GiftOut(**told, delivery=list(one.delivery), obstacles=obstacles)
