"""The writers of the points mall: gifts and their stock, redeeming, and what becomes of a redemption."""

from .gifts import GiftTerms, add_codes, archive_gift, change_gift, change_stock, create_gift, put_on_sale
from .moves import cancel, expire, hand_over, receive, set_address, ship
from .redeeming import Redeemed, redeem

__all__ = [
    "GiftTerms",
    "Redeemed",
    "add_codes",
    "archive_gift",
    "cancel",
    "change_gift",
    "change_stock",
    "create_gift",
    "expire",
    "hand_over",
    "put_on_sale",
    "receive",
    "redeem",
    "set_address",
    "ship",
]
