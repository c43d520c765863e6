"""How an answer is written down: money, instants and days in the merchant's currency and zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from siyu.lib.money import show_minor
from siyu.merchant.queries import SettingsBook, settings_book

Line = tuple[str, str]  # style (head · line · detail) and text
Answer = Iterator[Line]


@dataclass(frozen=True, slots=True)
class Teller:
    """What an answer needs besides the member: the present, how much of it is wanted, and whether values may be read."""

    now: datetime
    zone: ZoneInfo
    currency: str
    book: SettingsBook
    limit: int
    unmasked: bool

    @classmethod
    def of(cls, now: datetime, limit: int, unmasked: bool) -> "Teller":
        book = settings_book()
        zone = book.zone(now.date())
        return cls(now, zone, book.currency(now.astimezone(zone).date()), book, limit, unmasked)

    def money(self, amount_minor: int) -> str:
        return f"{show_minor(amount_minor, self.currency)} {self.currency}"

    def instant(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if at else "never"

    def day(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d}" if at else "never"


def reasoned(why: str, detail: str) -> str:
    """` (consent.missing: marketing email)`, or nothing."""
    return f" ({why}: {detail})" if why and detail else f" ({why})" if why else ""


def sourced(name: str | None, badge: str | None) -> str:
    """`completejourney [公开教学数据]`."""
    return f"{name} [{badge}]" if badge else (name or "")
