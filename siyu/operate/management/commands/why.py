"""`siyu why`: walk from a member's points, tier, stages, merges, journeys or touches back to the facts and rules behind them."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from rich.console import Console
from rich.text import Text

from siyu.lib.clock import utc_now
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit
from siyu.operate.why import QUESTIONS, Teller, who
from siyu.operate.why.telling import Answer, sourced

STYLES = {"head": "bold", "line": "", "detail": "dim"}
INDENTS = {"head": "", "line": "  ", "detail": "      "}


class Command(BaseCommand):
    help = (
        "Explain a member's points, tier, stages, merges, journeys or touches: fact, rule, result. MEMBER is a public id, user id, phone, "
        "e-mail, order number or nickname. Personal values are masked; --unmask shows them and is written into the audit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("member", metavar="MEMBER")
        parser.add_argument("question", nargs="?", choices=sorted(QUESTIONS), help="all of them without it")
        parser.add_argument("--limit", type=int, default=20, help="entries and moves to show, newest first (default %(default)s)")
        parser.add_argument("--unmask", action="store_true", help="show personal values; audited")

    def handle(self, *args: Any, **options: Any) -> None:
        person = who(options["member"])
        if options["unmask"]:
            by = Actor("system", None, f"siyu why ({getpass.getuser()})")
            audit(by, "member.unmasked", f"member:{person.id}", {"question": options["question"] or "all"}, "on the command line")
        teller = Teller.of(utc_now(), min(max(options["limit"], 1), 1_000), options["unmask"])
        console = Console(highlight=False, soft_wrap=True)
        known = "known by name" if person.is_identified else "unknown visitor"
        console.print(
            Text(
                f"{person.nickname or '(no nickname)'}  {person.public_id}  {known}, first from {sourced(person.source, person.badge)}",
                "bold cyan",
            )
        )
        with translation.override("en"):  # as the rest of the command line
            for name, question in QUESTIONS.items():
                if options["question"] in (None, name):
                    _print(console, question(person.id, teller))


def _print(console: Console, answer: Answer) -> None:
    for style, text in answer:
        console.print(Text(INDENTS[style] + text, STYLES[style]))
