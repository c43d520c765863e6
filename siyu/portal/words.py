"""How the member centre says things: days, entries of points, orders, purposes; code → words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from siyu.lib.web.formats import number

Words = Mapping[str, Promise]

GENDERS: Words = {
    "female": pgettext_lazy("gender", "Female"),
    "male": pgettext_lazy("gender", "Male"),
    "other": pgettext_lazy("gender", "Other"),
}
PURPOSES: Words = {
    "marketing": gettext_lazy("News and offers"),
    "service": gettext_lazy("Notices about my orders and points"),
    "personalisation": gettext_lazy("Personal recommendations"),
}
CHANNELS: Words = {
    "inbox": gettext_lazy("Messages here"),
    "sms": gettext_lazy("SMS"),
    "email": gettext_lazy("E-mail"),
    "wecom": gettext_lazy("WeCom"),
    "phone": gettext_lazy("Phone call"),
    "webhook": gettext_lazy("Our other apps"),
    "any": pgettext_lazy("consent", "Any channel"),
}
STATUSES: Words = {
    "created": gettext_lazy("Unpaid"),
    "paid": gettext_lazy("Paid"),
    "shipped": gettext_lazy("Shipped"),
    "received": gettext_lazy("Received"),
    "closed": gettext_lazy("Closed"),
}
HANDLES: Words = {
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "card": gettext_lazy("Card number"),
    "user_id": gettext_lazy("Shop account"),
    "shop_account": gettext_lazy("Shop account"),
    "unionid": gettext_lazy("WeChat"),
    "openid": gettext_lazy("WeChat"),
    "mini_openid": gettext_lazy("Mini-program"),
    "wecom_external_userid": gettext_lazy("WeCom"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def said(words: Words, code: str) -> str:
    """The words of a code; one of a newer version shows as it is."""
    return str(words[code]) if code in words else code


def day_words(day: date | datetime, today: date) -> str:
    """`5 May` or `5月5日`; with the year when it is another."""
    if isinstance(day, datetime):
        day = localtime(day).date()
    is_chinese = (get_language() or "").startswith("zh")
    if is_chinese:
        return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def month_words(month: date) -> str:
    """`May 2026` or `2026年5月`."""
    is_chinese = (get_language() or "").startswith("zh")
    return f"{month.year}年{month.month}月" if is_chinese else f"{_MONTHS[month.month - 1]} {month.year}"


def last_day(instant: datetime, today: date) -> str:
    """The last day before an instant: what ends at midnight can be used until the day before."""
    return day_words(instant - timedelta(microseconds=1), today)


def signed(amount: int) -> str:
    """`+32` or `−15`."""
    return f"+{number(amount)}" if amount > 0 else f"−{number(-amount)}" if amount < 0 else "0"
