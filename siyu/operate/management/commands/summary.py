"""`siyu summary`: members, orders, money, points, tiers and stages, whole and by source."""

import argparse
from typing import Any

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from siyu.lib.clock import utc_now
from siyu.lib.money import show_minor
from siyu.merchant.queries import settings_book, today
from siyu.operate.summary import badges, summary

MEANING = """The installation in a few figures.

members: identified people who are not merged into another; by source: the source that first told of them.
orders, orders_of_zero_value, revenue_minor: paid orders and what was paid for them before refunds; by the order's source.
refunded_minor: money given back; by the refund's own source, which may be another than the order's.
points_outstanding: points pending and available; by source: what is left of the points that an order of that source (or, without an
order, a fact of that source) earned. by_tier, by_stage: people by tier and by stage of the pool.
facts: rows of the log. quarantined: messages that wait for a person. Amounts are minor units of the merchant's currency."""


NARROWEST = 120  # columns that the table of sources needs


class Command(BaseCommand):
    help = MEANING

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")

    def handle(self, *args: str, **options: object) -> None:
        day = today(utc_now())
        figures = summary(day)
        if options["json"]:
            self.stdout.write(msgspec.json.encode(figures, order="sorted").decode())
            return
        console = Console(highlight=False)
        console.width = max(console.width, NARROWEST)  # a file or a pipe has no width of its own
        console.print(_sources(figures, settings_book().currency(day)))
        console.print(_counts("Tier", figures["by_tier"]), _counts("Stage of the pool", figures["by_stage"]))


def _sources(figures: dict[str, Any], currency: str) -> Table:
    badge_of = badges()
    table = Table(title="siyu summary", title_justify="left")
    table.add_column("source")
    for title in ("members", "orders", f"revenue {currency}", f"refunded {currency}", "points", "facts", "quarantined"):
        table.add_column(title, justify="right")
    for name, row in [*figures["by_source"].items(), ("all", figures)]:
        table.add_row(
            f"{name} [{badge_of[name]}]".replace("[", "\\[") if name in badge_of else name,
            f"{row['members']:,}",
            f"{row['orders']:,}",
            show_minor(row["revenue_minor"], currency),
            show_minor(row["refunded_minor"], currency),
            f"{row['points_outstanding']:,}",
            f"{row['facts']:,}",
            f"{row['quarantined']:,}",
            style="bold" if name == "all" else "",
        )
    return table


def _counts(title: str, counts: dict[str, int]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, people in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{people:,}")
    return table
