"""Tables of lists: columns that know how a value reads, and rows that keep the order the query gave them."""

from collections.abc import Callable, Sequence
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext
from django_tables2.data import TableListData

from . import formats


class Rows(TableListData):
    """Rows already in order: a click on a header asks the query for another order, it never re-sorts one page."""

    def order_by(self, aliases: Any) -> None:
        return None


class ListTable(tables.Table):
    """The base of a room's lists. Columns are not sortable unless they say `orderable=True`; `caption` is for screen readers."""

    caption: Any = ""

    def __init__(self, rows: Sequence[Any], *args: Any, **options: Any) -> None:
        options.setdefault("orderable", False)
        super().__init__(Rows(list(rows)), *args, **options)


class NumberColumn(tables.Column):
    """A number, to the right. `is_wide`: a narrow screen does without it."""

    show: Callable[[Any], str] = staticmethod(formats.number)

    def __init__(self, *args: Any, is_wide: bool = False, **options: Any) -> None:
        cell = "text-end siyu-number siyu-wide" if is_wide else "text-end siyu-number"
        options.setdefault("attrs", {"td": {"class": cell}, "th": {"class": "text-end"}})
        super().__init__(*args, **options)

    def render(self, value: Any) -> str:
        return self.show(value)


class MoneyColumn(NumberColumn):
    """Minor units, in the business's currency."""

    show = staticmethod(formats.money)

    def value(self, value: Any) -> Any:
        return formats.major(value)


class PercentColumn(NumberColumn):
    """A ratio."""

    show = staticmethod(formats.percent)


class PointsColumn(NumberColumn):
    """The difference of two ratios, in percentage points with its sign."""

    @staticmethod
    def show(value: float) -> str:
        return gettext("%(points)s pp") % {"points": f"{value * 100:+.1f}"}


class DayColumn(tables.Column):
    """A business day."""

    def render(self, value: Any) -> str:
        return formats.day(value)


class InstantColumn(tables.Column):
    """An instant in the business's zone."""

    def render(self, value: Any) -> str:
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.instant(value))


class BadgeColumn(tables.Column):
    """A word of a closed set: `words` gives its translation and colour."""

    def __init__(self, words: dict[str, tuple[Any, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.words = words

    def render(self, value: str) -> str:
        title, colour = self.words.get(value, (value, "secondary"))
        return format_html('<span class="badge bg-{}-lt">{}</span>', colour, title)

    def value(self, value: str) -> Any:
        return self.words.get(value, (value, ""))[0]
