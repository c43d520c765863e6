"""A chart is a picture and the table behind it, from the same rows: what cannot be read in one is read in the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.functional import Promise

from . import formats
from .csv import csv_response

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table behind a chart; `kind`: text, number, money (minor units), percent (ratio), day, instant."""

    title: Words
    kind: str = "text"

    @property
    def is_numeric(self) -> bool:
        return self.kind in formats.NUMERIC


@dataclass(frozen=True, slots=True)
class Chart:
    """One card: `option` is an ECharts option (JSON), `rows` the table behind it, `kind` how values on its axis read.

    `key` names it in addresses (`?csv=arrivals`); `help` is the definition of the measure; `badge` what the data is.
    """

    key: str
    title: Words
    option: dict[str, Any]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    help: Words = ""
    badge: Words = ""
    kind: str = "number"
    height: int = 300  # pixels
    empty: Words = ""  # what is said when there is nothing to draw; without it, of the range on screen

    @property
    def table(self) -> Sequence[Sequence[Any]]:
        """The rows of its CSV file."""
        return self.rows

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: no rows, or nothing but noughts."""
        numeric = [index for index, column in enumerate(self.columns) if column.is_numeric]
        return not any(row[index] for row in self.rows for index in numeric)

    @property
    def option_id(self) -> str:
        return f"chart-{self.key}-option"

    @property
    def cells(self) -> Iterable[list[tuple[str, Column]]]:
        """The table as it shows."""
        return ([(formats.show(value, column.kind), column) for value, column in zip(row, self.columns, strict=True)] for row in self.rows)


@dataclass(frozen=True, slots=True)
class Heat:
    """A table whose cells are shaded by their share of the row's first value: cohorts.

    `rows`: (name, values), the first value being the whole (shown under `whole`), one column for each of the others.
    """

    key: str
    title: Words
    corner: Words
    whole: Words
    headers: Sequence[Words]
    rows: Sequence[tuple[str, Sequence[int]]]
    help: Words = ""
    badge: Words = ""
    is_heat = True

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def cells(self) -> Iterable[tuple[str, int, list[tuple[int, float, int]], int]]:
        """(name, whole, [(value, ratio, shade 0–50 % of opacity)], empty places) of each row."""
        for name, (whole, *values) in self.rows:
            shaded = [(value, value / whole, round(50 * value / whole)) for value in values] if whole else []
            yield name, whole, shaded, len(self.headers) - len(shaded)

    @property
    def columns(self) -> list[Column]:
        return [Column(self.corner), Column(self.whole, "number"), *(Column(header, "number") for header in self.headers)]

    @property
    def table(self) -> list[list[Any]]:
        """The rows of its CSV file: heads, not ratios."""
        return [[name, *values, *[None] * (1 + len(self.headers) - len(values))] for name, values in self.rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its change against what came before (`delta`: a ratio) and its definition."""

    label: Words
    value: str
    delta: float | None = None
    help: Words = ""
    badge: Words = ""
    note: Words = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A named line of values, one per label of the axis."""

    name: Words
    values: Sequence[Any] = field(default_factory=tuple)


def change(now: float, before: float) -> float | None:
    """The relative change; None when there was nothing before."""
    return (now - before) / before if before else None


def over_days(days: Sequence[Any], series: Sequence[Series], *, kind: str = "line", stacked: bool = False) -> dict[str, Any]:
    """An option with days on the axis: lines or bars, stacked or not."""
    drawn = [
        {
            "name": str(one.name),
            "type": kind,
            "data": [plain(value) for value in one.values],
            **({"stack": "all"} if stacked else {}),
            **({"showSymbol": len(days) <= 2, **({"areaStyle": {}} if stacked else {})} if kind == "line" else {}),
        }
        for one in series
    ]
    return _grid(bool(len(series) > 1)) | {
        "xAxis": {"type": "category", "data": [str(day) for day in days], "boundaryGap": kind == "bar"},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": drawn,
    }


def bars(labels: Sequence[Words], series: Sequence[Series], *, lying: bool = False) -> dict[str, Any]:
    """An option with named things on the axis; `lying` bars leave room for long names."""
    names = {"type": "category", "data": [str(label) for label in labels], **({"inverse": True} if lying else {})}
    values = {"type": "value", "minInterval": 1}
    drawn = [{"name": str(one.name), "type": "bar", "barMaxWidth": 36, "data": [plain(value) for value in one.values]} for one in series]
    return _grid(len(series) > 1) | {"xAxis": values if lying else names, "yAxis": names if lying else values, "series": drawn}


def funnel(steps: Sequence[tuple[Words, int]]) -> dict[str, Any]:
    """An option of ordered steps, widest first, labelled with name and count."""
    return {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "funnel",
                "sort": "none",
                "gap": 2,
                "left": 8,
                "right": "42%",
                "top": 8,
                "bottom": 8,
                "minSize": "2%",
                "color": ["#066fd1", "#2b86dc", "#559fe6", "#7fb8ee", "#a9d0f5"],
                "label": {"position": "right", "formatter": "{b}\n{c}", "lineHeight": 16},
                "data": [{"name": str(name), "value": count} for name, count in steps],
            }
        ],
    }


def ring(parts: Sequence[tuple[Words, int]]) -> dict[str, Any]:
    """An option of shares of a whole; the legend names each with its share, so that narrow cards need no labels."""
    total = sum(count for _, count in parts)
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"bottom": 0},
        "series": [
            {
                "type": "pie",
                "radius": ["42%", "66%"],
                "center": ["50%", "40%"],
                "label": {"show": False},
                "data": [{"name": f"{name} {count / total:.1%}" if total else str(name), "value": count} for name, count in parts],
            }
        ],
    }


def plain(value: Any) -> Any:
    """A number that JSON can carry: a decimal becomes a float (pictures only; the table keeps the exact value)."""
    return value if value is None or isinstance(value, int | str) else float(value)


def csv_of(request: HttpRequest, charts: Iterable["Chart | Heat"]) -> StreamingHttpResponse | None:
    """The download that `?csv=<key>` asks for, or None when it asks for none of these charts."""
    wanted = request.GET.get("csv", "")
    for chart in charts:
        if wanted == chart.key:
            rows = ([formats.raw(value, column.kind) for value, column in zip(row, chart.columns, strict=True)] for row in chart.table)
            return csv_response(request, chart.key, [column.title for column in chart.columns], rows)
    return None


def _grid(has_legend: bool) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": {"type": "scroll", "top": 0, "show": has_legend},
        "grid": {"left": 16, "right": 16, "top": 36 if has_legend else 16, "bottom": 8, "containLabel": True},
    }
