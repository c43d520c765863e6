"""`siyu setting NAME [VALUE] [--from DAY]`: read or set what the business decides, as the settings page does."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from rich.console import Console

from siyu.lib.clock import EPOCH, utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.queries import SettingView, setting_views, today
from siyu.merchant.rules import SYSTEM, read_setting, write_setting
from siyu.merchant.services import set_setting

_sql = statements("siyu.operate", "setting")
BEGINNING = EPOCH.date()


class Command(BaseCommand):
    help = "Show a setting, or set it from a business day on. Without a name, list all of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="merchant.currency")
        parser.add_argument("value", nargs="?", help="text as it stands; numbers, true/false, lists and objects as JSON")
        parser.add_argument(
            "--from",
            dest="from_day",
            metavar="DAY",
            type=date.fromisoformat,
            help="the first business day, 2026-01-31; without it today, or all of history while there are no facts yet",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, text = options["name"], options["value"]
        views = {view.setting.name: view for view in setting_views(today(utc_now()))}
        if name is not None and name not in views:
            raise Refusal("setting.unknown", f"there is no setting {name}; `siyu setting` lists them")
        if text is not None:
            _set(views[name], text, options["from_day"])
            views = {view.setting.name: view for view in setting_views(today(utc_now()))}
        console = Console(highlight=False, soft_wrap=True)
        for view in views.values() if name is None else [views[name]]:
            for line in _lines(view):
                console.print(line, markup=False)


def _set(view: SettingView, text: str, from_day: date | None) -> None:
    with connection.cursor() as cursor:
        is_empty = not cursor.execute(_sql.has_facts).fetchone()[0]
    try:
        value = read_setting(view.setting, text)
    except ValueError as error:
        raise Refusal("setting.type", f"{view.setting.name} is no text: give its value as JSON ({error})") from error
    day = from_day or (BEGINNING if is_empty else today(utc_now()))
    set_setting(SYSTEM, view.setting.name, value, day, initial=is_empty)


def _lines(view: SettingView) -> list[str]:
    since = f"from {view.in_force.from_day}" if view.in_force else "preset"
    first = f"{view.setting.name} = {write_setting(view.setting, view.value)}  ({since})"
    return [first, *(f"  {dated.from_day}: {write_setting(view.setting, dated.value)}" for dated in view.scheduled)]
