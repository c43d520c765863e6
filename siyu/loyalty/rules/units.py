"""Units of value as data: how long each lasts, and what happens when it is refunded, returned, transferred or corrected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from siyu.lib.money import share
from siyu.lib.words import gettext_noop

from .terms import After, Inactivity, Never, YearEnd

Days = Annotated[int, Meta(ge=0, le=3_660)]
Whole = Annotated[int, Meta(ge=1, le=10**15)]

ONLY_PENDING, WITHIN_BALANCE, DEBT_POLICY, DEDUCT = "only_pending", "within_balance", "debt", "deduct_from_refund"


class Lost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lost"):
    """What comes back after its lot has expired is written off."""


class Original(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="original"):
    """It comes back under its lot's own expiry, and so expires at once: the statement shows both."""


class Plus(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="plus"):
    """It may be used for so many days more, to the end of the last."""

    days: Days


class Worth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of the unit are worth so many minor units of money: what a shop deducts from a refund."""

    amount: Whole = 1
    minor: Whole = 1

    def of(self, amount: int) -> int:
        """Minor units of so much, rounded half up: differences of it over parts sum exactly."""
        return share(amount, self.minor, self.amount)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the merchant decides of a unit.

    `refunds`: what may be taken back of what was earned by a refunded order: only what is still pending; what the member has; all,
    as a debt; or what the member has, the rest in money. `approve_above`: larger corrections wait for a second person (None: none do).
    `spends`: which lots are spent first.
    """

    expires: Never | After | YearEnd | Inactivity = Never()
    refunds: Literal["only_pending", "within_balance", "debt", "deduct_from_refund"] = "debt"
    restores: Lost | Original | Plus = Lost()
    worth: Worth = Worth()
    may_transfer: bool = False
    may_owe: bool = False  # whether a correction may leave a debt
    approve_above: Annotated[int, Meta(ge=0, le=10**15)] | None = 10_000
    spends: tuple[Literal["expiry", "priority", "age"], ...] = ("expiry", "priority", "age")


@dataclass(frozen=True, slots=True)
class Unit:
    """A version of a unit, ready to be asked."""

    code: str
    version: int
    kind: str  # points · growth · stored · quota · budget
    name: str
    from_day: date
    terms: Terms


KINDS = ("points", "growth", "stored", "quota", "budget")
FIRST = date(1970, 1, 1)
DEFAULTS = (
    Unit("points", 0, "points", "积分", FIRST, Terms()),
    Unit("growth", 0, "growth", "成长值", FIRST, Terms(approve_above=100_000)),
    Unit("spend", 0, "growth", "消费额", FIRST, Terms(approve_above=None)),  # minor units of money, net of refunds
    Unit("orders", 0, "growth", "订单数", FIRST, Terms(approve_above=None)),
    Unit("acts", 0, "growth", "行为次数", FIRST, Terms(approve_above=None)),
    Unit("stored", 0, "stored", "储值余额", FIRST, Terms(refunds="within_balance", approve_above=100_00)),
)
# code and name, as long as nobody renamed it → what it is called in English
NAMES = {
    ("points", "积分"): gettext_noop("points"),
    ("growth", "成长值"): gettext_noop("growth value"),
    ("spend", "消费额"): gettext_noop("amount spent"),
    ("orders", "订单数"): gettext_noop("number of orders"),
    ("acts", "行为次数"): gettext_noop("number of acts"),
    ("stored", "储值余额"): gettext_noop("stored balance"),
    ("quota:make_up_card", "补签卡"): gettext_noop("make-up cards"),  # comes with check-in
}


class Units:
    """Every version of every unit; those of the trade are there from the beginning."""

    def __init__(self, versions: Iterable[Unit] = ()) -> None:
        self._versions: dict[str, list[Unit]] = {}
        for unit in sorted((*DEFAULTS, *versions), key=lambda unit: (unit.code, unit.version)):
            self._versions.setdefault(unit.code, []).append(unit)
        self._at: dict[tuple[str, date], Unit | None] = {}

    def at(self, code: str, day: date) -> Unit | None:
        """The version in force on a business day; None when nobody has defined such a unit, or not yet."""
        key = (code, day)
        if key not in self._at:
            begun = [unit for unit in self._versions.get(code, ()) if unit.from_day <= day]
            self._at[key] = begun[-1] if begun else None
        return self._at[key]

    def named(self, code: str) -> Unit | None:
        """The newest version, begun or not."""
        return self._versions[code][-1] if code in self._versions else None

    def all(self) -> Sequence[Unit]:
        """The newest version of each."""
        return [versions[-1] for versions in self._versions.values()]
