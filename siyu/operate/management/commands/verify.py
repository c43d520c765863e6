"""`siyu verify`: is everything as the code relies on it? One line per invariant; the first offender of each broken one."""

import argparse
import sys

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.text import Text

from siyu.operate.verify import TIMEOUT_SECONDS, Finding, verify


class Command(BaseCommand):
    help = "Check every invariant of every room; exit 1 and name the first offender of each that is broken."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object: holds, invariants (name, says, holds, offender, seconds)")
        parser.add_argument("--timeout", type=float, default=TIMEOUT_SECONDS, help="seconds an invariant may take (default %(default)s)")

    def handle(self, *args: str, **options: object) -> None:
        findings = []
        console = Console(stderr=bool(options["json"]), highlight=False)
        for finding in verify(float(str(options["timeout"]))):
            findings.append(finding)
            if not options["json"]:
                console.print(_line(finding))
        broken = [finding for finding in findings if not finding.holds]
        if options["json"]:
            self.stdout.write(msgspec.json.encode({"holds": not broken, "invariants": [_plain(finding) for finding in findings]}).decode())
        else:
            console.print(f"{len(findings) - len(broken)} of {len(findings)} invariants hold")
        if broken:
            sys.exit(1)


def _line(finding: Finding) -> Text:
    text = Text("ok     " if finding.holds else "BROKEN ", "green" if finding.holds else "bold red")
    text.append(finding.name, "" if finding.holds else "bold")
    text.append(f"  {finding.seconds:.2f} s", "dim")
    if not finding.holds:
        text.append(f"\n       {finding.name}: {finding.offender}\n       what should hold: {finding.says}")
    return text


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "name": finding.name,
        "says": finding.says,
        "holds": finding.holds,
        "offender": finding.offender,
        "seconds": round(finding.seconds, 3),
    }
