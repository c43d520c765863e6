"""积分抵现: points as part payment. What a point is worth, how many may be used for a cart, and how refunds return them."""

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from siyu.lib.money import share
from siyu.lib.words import gettext_noop

from .conditions.words import Words
from .formulas.amounts import Amount, Minor
from .seen import Seen, Unmet

WHOLE_SHARE = 10_000  # a share is counted in ten-thousandths


class PaymentTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`points` are worth `minor` units. At least `minimum` and in steps of `step` points; at most `max_share` ten-thousandths of what may
    be paid with points, and `max_minor` units, in one order.
    """

    points: Amount = 100
    minor: Amount = 100
    minimum: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 100
    step: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 100
    max_share: Annotated[int, Meta(ge=1, le=WHOLE_SHARE)] = 5_000
    max_minor: Minor | None = None
    except_skus: Words = ()
    except_categories: Words = ()
    with_coupons: bool = True  # whether points may pay in an order that uses a coupon

    def worth(self, points: int) -> int:
        """Minor units, floor."""
        return points * self.minor // self.points

    def fault(self) -> str | None:
        if self.worth(self.step) < 1:
            return gettext_noop("a step is worth less than the smallest coin")
        if self.step * self.minor % self.points:
            return gettext_noop("a step of points must be worth a whole number of the smallest coin")
        return None


class Usable(NamedTuple):
    """How many points may be used, and what they are worth; `unmet` says why fewer than the member has, or none."""

    points: int
    worth_minor: int
    payable_minor: int  # what of the cart points may pay for
    unmet: Unmet | None = None


def usable(terms: PaymentTerms | None, cart: Seen, available: int, has_coupon: bool) -> Usable:
    """The most points that may be used for a cart (an `order.paid` that has not happened yet)."""
    if terms is None:
        return Usable(0, 0, 0, Unmet("payment.none", gettext_noop("points do not pay yet")))
    payable = _payable(terms, cart)
    if has_coupon and not terms.with_coupons:
        return Usable(0, 0, payable, Unmet("payment.coupon", gettext_noop("points do not join a coupon")))
    most_minor = payable * terms.max_share // WHOLE_SHARE
    if terms.max_minor is not None:
        most_minor = min(most_minor, terms.max_minor)
    by_cart = _stepped(terms, most_minor * terms.points // terms.minor)
    by_balance = _stepped(terms, available)
    points = min(by_cart, by_balance)
    if points < terms.minimum:
        return Usable(0, 0, payable, _too_few(terms, by_cart, available))
    unmet = Unmet("payment.balance", gettext_noop("the balance allows no more")) if by_balance < by_cart else None
    return Usable(points, terms.worth(points), payable, unmet)


def choice_fault(terms: PaymentTerms, most: Usable, points: int) -> Unmet | None:
    """Why a number of points may not be used where `most` may."""
    if points > most.points:
        return most.unmet or Unmet("payment.too_many", gettext_noop("at most %(points)s points may be used"), {"points": most.points})
    if points < terms.minimum:
        return Unmet("payment.minimum", gettext_noop("at least %(points)s points are used"), {"points": terms.minimum})
    if points % terms.step:
        return Unmet("payment.step", gettext_noop("points are used in steps of %(points)s"), {"points": terms.step})
    return None


def returned(points: int, refunded_minor: int, paid_minor: int) -> int:
    """How many points all refunds so far return: cumulative, so that parts sum to the whole exactly."""
    if refunded_minor <= 0:
        return 0
    return points if refunded_minor >= paid_minor else share(points, refunded_minor, paid_minor)


def _payable(terms: PaymentTerms, cart: Seen) -> int:
    if not (terms.except_skus or terms.except_categories) or not cart.all_lines:
        return cart.amount()

    def counts(line: dict) -> bool:
        excepted = str(line.get("sku") or "") in terms.except_skus
        return not excepted and not any(category in terms.except_categories for category in cart.categories_of(line))

    cart.narrow(counts)
    payable = cart.amount()
    cart.fresh()
    return payable


def _stepped(terms: PaymentTerms, points: int) -> int:
    return max(points, 0) // terms.step * terms.step


def _too_few(terms: PaymentTerms, by_cart: int, available: int) -> Unmet:
    if by_cart < terms.minimum:
        return Unmet("payment.cart", gettext_noop("the order is too small to pay with points"))
    missing = terms.minimum - available
    return Unmet("payment.missing", gettext_noop("%(points)s points are missing"), {"points": missing})
