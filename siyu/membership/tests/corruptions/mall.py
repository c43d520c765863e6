"""Gifts, codes and redemptions as they happen, and what would be wrong with them."""

from siyu.loyalty.tests.scene import START, days
from siyu.membership.services.mall import cancel, redeem
from siyu.membership.tests.counter import fetch, gift, person, vouchers
from siyu.merchant.rules import SYSTEM

THERMOS = "(SELECT id FROM membership_gift WHERE code = 'thermos')"
CORRUPTIONS = {
    "stock_equals_its_moves": f"UPDATE membership_gift SET stock = stock + 1 WHERE id = {THERMOS}",
    "redemptions_move_stock": """UPDATE membership_stockmove SET redemption_id = NULL
        WHERE redemption_id = (SELECT min(id) FROM membership_redemption WHERE state = 'ready')""",
    "vouchers_equal_stock": "UPDATE membership_voucher SET withdrawn_at = '2026-03-02Z' WHERE redemption_id IS NULL",
    "vouchers_of_redemptions": """UPDATE membership_voucher SET gift_id = (SELECT id FROM membership_gift WHERE code = 'milk')
        WHERE redemption_id IS NOT NULL""",
    "limits_are_kept": f"UPDATE membership_gift SET limit_each = 1 WHERE id = {THERMOS}",
    "open_redemptions_are_due": "UPDATE membership_redemption SET due_at = NULL WHERE state = 'ready'",
}


def scene() -> None:
    """Anna fetches two things and gives one back, Ben has a code."""
    gift("thermos", limit_each=3)
    vouchers("tea", "T-1", "T-2")
    vouchers("milk", "M-1")
    anna, ben = person("anna"), person("ben")
    fetch(anna, "thermos", "a", quantity=2)
    cancel(SYSTEM, fetch(anna, "thermos", "b").number, "不想要了", START + days(1))
    redeem(SYSTEM, ben, "tea", "c", START)
