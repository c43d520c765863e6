"""What a plan of paid membership is: a version's terms as the operator writes them."""

from typing import Any, Literal

import msgspec

from siyu.lib.money import MAX_AMOUNT
from siyu.lib.words import gettext_noop as _

MAX_MONTHS, MAX_DAYS = 120, 3_660
LEAST_NOTICE_DAYS = (
    5  # an automatic renewal is announced at least so early: Regulations on the protection of consumers' rights, 2024, art. 10
)


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A first taste, once per member and plan: some days at a price of its own, sold under a SKU of its own."""

    days: int
    price_minor: int = 0
    sku: str = ""


class RefundPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes back when a member leaves early: nothing, or the value of the whole days left.

    Within `full_days` of the payment all of it, if no benefit was used; with `less_used`, the value of benefits used is taken off.
    """

    kind: Literal["pro_rata", "none"] = "pro_rata"
    full_days: int = 0
    less_used: bool = False


class PlanTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a plan. Money in minor units; a period is months, days, or both."""

    price_minor: int
    months: int = 0
    days: int = 0
    sku: str = ""  # an order line with it buys or renews the plan
    rank: int = 0  # a plan of a higher rank begins at once, with credit for the rest; one of a lower rank begins when the present one ends
    trial: Trial | None = None
    grace_days: int = 0  # after the end benefits stay so long, in case a renewal is late
    notice_days: int = LEAST_NOTICE_DAYS
    tier: str = ""  # whose benefits it gives too; the tier that is shown and multiplies points stays the member's own
    benefits: tuple[str, ...] = ()  # codes
    gift: tuple[dict[str, Any], ...] = ()  # rewards on joining for the first time
    refund: RefundPolicy = RefundPolicy()
    words: str = ""
    words_en: str = ""

    @property
    def skus(self) -> list[str]:
        """What an order line may say to buy it, or its trial."""
        return [sku for sku in (self.sku, self.trial.sku if self.trial else "") if sku]


class Plan(msgspec.Struct, frozen=True):
    """A version of a plan, with its name."""

    code: str
    version: int
    name: str
    terms: PlanTerms


Plans = dict[tuple[str, int], Plan]


def fault_of(terms: PlanTerms) -> str | None:
    """What is wrong with these terms, in words; None when nothing is."""
    trial, refund = terms.trial, terms.refund
    wrong = (
        (terms.price_minor < 0 or terms.price_minor > MAX_AMOUNT, _("a price lies between 0 and 10000000000.00")),
        (
            not 0 <= terms.months <= MAX_MONTHS or not 0 <= terms.days <= MAX_DAYS,
            _("a period has up to 120 months and up to 3660 days"),
        ),
        (terms.months + terms.days == 0, _("a period has at least a day")),
        (trial is not None and not 1 <= trial.days <= 366, _("a trial has 1 to 366 days")),
        (trial is not None and not 0 <= trial.price_minor <= MAX_AMOUNT, _("a trial's price lies between 0 and 10000000000.00")),
        (trial is not None and bool(trial.sku) and trial.sku == terms.sku, _("trial and plan are sold under different SKUs")),
        (not 0 <= terms.grace_days <= 90, _("grace lies between 0 and 90 days")),
        (not LEAST_NOTICE_DAYS <= terms.notice_days <= 60, _("a renewal is announced 5 to 60 days before")),
        (not 0 <= refund.full_days <= 90, _("a full refund is given within 0 to 90 days")),
        (
            len(terms.benefits) > 50 or len(set(terms.benefits)) < len(terms.benefits),
            _("a plan gives up to 50 benefits, each once"),
        ),
        (len(terms.gift) > 10, _("a plan gives up to 10 gifts")),
        (len(terms.sku) > 100 or (trial is not None and len(trial.sku) > 100), _("a SKU has up to 100 characters")),
        (len(terms.words) > 500 or len(terms.words_en) > 500, _("a description has up to 500 characters")),
    )
    return next((words for is_wrong, words in wrong if is_wrong), None)
