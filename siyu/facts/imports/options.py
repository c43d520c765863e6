"""What the operator says about a file, checked against the merchant's settings before a row is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from siyu.lib.refusal import Refusal
from siyu.merchant.queries import SettingsBook

from ..intake import DEFAULT_SHOP
from .kinds import KINDS, PRESETS
from .kinds.kind import Kind, Terms
from .mapping import Layout, lay_out, require
from .opening import Footprint
from .table import Table


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file. `earns`: its orders earn points and growth; a historical import earns nothing unless told to.

    `corrects`: orders that are known already take over what this file says of them; otherwise they stay as they are.
    """

    kind: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    preset: str = ""
    shop: str = ""
    source: str = ""
    currency: str = ""
    zone: str = ""
    encoding: str = ""
    sheet: str = ""
    day_order: str = ""
    earns: bool = False
    corrects: bool = False
    is_dry: bool = False

    def kind_of_file(self) -> Kind:
        """The kind or preset. Raises `import.kind`, `import.preset`."""
        if self.kind not in KINDS:
            raise Refusal("import.kind", "a file holds %(kinds)s; not %(kind)s", kinds=", ".join(KINDS), kind=self.kind)
        if not self.preset:
            return KINDS[self.kind]
        if self.preset not in PRESETS:
            raise Refusal(
                "import.preset", "there is no preset %(preset)s; there are %(presets)s", preset=self.preset, presets=", ".join(PRESETS)
            )
        if PRESETS[self.preset].name != self.kind:
            raise Refusal("import.preset", "the preset %(preset)s is for %(kind)s", preset=self.preset, kind=PRESETS[self.preset].name)
        return PRESETS[self.preset]

    @property
    def source_name(self) -> str:
        return self.source or f"import.{self.kind}"


def terms_of(options: Options, kind: Kind, mark: Footprint, file_name: str, book: SettingsBook, now: datetime) -> Terms:
    """What holds for the whole file. Raises `currency.other`, `zone.unknown`, `date.order`."""
    kept = book.currency(now.date())
    currency = (options.currency or kind.currency or kept).upper()
    if currency != kept:
        raise Refusal(
            "currency.other",
            "the file is in %(currency)s and this installation keeps %(kept)s: an installation has one currency. "
            "If it is %(currency)s, say so before the first import: siyu setting merchant.currency %(currency)s",
            currency=currency,
            kept=kept,
        )
    zone = options.zone or kind.zone or str(book.zone(now.date()))
    if zone not in available_timezones():
        raise Refusal("zone.unknown", "%(zone)s is no IANA time zone such as Asia/Shanghai", zone=zone)
    if options.day_order not in ("", "dmy", "mdy"):
        raise Refusal("date.order", "--dates is dmy (31/12/2024) or mdy (12/31/2024)")
    shop = options.shop or kind.shop or DEFAULT_SHOP
    return Terms(
        mark.hash.hex, kind.name, file_name, shop, currency, ZoneInfo(zone), now, not options.earns, options.corrects, options.day_order
    )


def layout_of(options: Options, kind: Kind, table: Table) -> Layout:
    """The columns of the file as fields; remaining ones become properties where the kind takes them."""
    layout = lay_out(table.columns, kind.fields, {**kind.mapping, **options.mapping}, kind.open_prefix)
    require(layout, kind.needs)
    if not kind.takes_rest:
        return layout
    return Layout(layout.columns, (*layout.places, *((f"rest.{column}", place) for column, place in layout.rest)), ())


def reading_of(options: Options, table: Table, layout: Layout, terms: Terms) -> dict[str, Any]:
    """How the file is read, as an import keeps it: a second run goes on only where it reads alike."""
    return {
        "mapping": layout.mapping,
        "left_out": [column for column, _place in layout.rest],
        "preset": options.preset,
        "format": table.format,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheet": options.sheet,
        "shop": terms.shop,
        "currency": terms.currency,
        "zone": str(terms.zone),
        "day_order": terms.day_order,
        "earns": options.earns,
        "corrects": options.corrects,
    }
