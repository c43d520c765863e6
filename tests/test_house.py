"""The house stands as it is drawn: SQL keeps to its floor, rooms are erasable, the wiring is complete, docs count what the code has."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey
from django.utils.module_loading import import_string
from pglast import parse_sql
from pglast.ast import CopyStmt, DeleteStmt, InsertStmt, LockingClause, MergeStmt, Node, RangeVar, TruncateStmt, UpdateStmt

from siyu.lib.sql import statements

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    *("merchant", "facts", "members", "orders", "audiences", "touches", "loyalty", "membership", "acquisition", "journeys", "insights"),
    *("console", "portal", "demo", "operate"),
]
OUTSIDE = {"audiences_answer", "pg_class", "pg_inherits", "pg_database", "pg_roles", "pg_stat_activity", "pg_locks", "pg_stat_replication"}
VIEWS = {"facts_held": "facts"}  # of rows that no batch writes: whose due work was set aside
PLAIN = ("procrastinate_", "django_", "pg_", "bench_", "information_schema")
# what tries whether the application may rewrite the log, and what works in a bench's own database
ELSEWHERE = {("operate", "rights"), *(("operate", f"bench_{name}") for name in ("ingest", "pump", "loyalty", "automation"))}
STATEMENTS = [
    (path.relative_to(ROOT).parts[1], path.stem, name, text)
    for path in sorted(ROOT.glob("siyu/*/**/sql/*.sql"))
    for name, text in vars(statements(".".join(path.relative_to(ROOT).parts[:-2]), path.stem)).items()
]


def tables() -> dict[str, str]:
    """Table → room, of every model and of the tables made by hand."""
    owned = {model._meta.db_table: model._meta.app_label for model in apps.get_models() if model.__module__.startswith("siyu.")}
    return owned | {
        "facts_log": "facts",
        "facts_log_default": "facts",
        "facts_seen": "facts",
        "facts_seen_default": "facts",
        "facts_natural": "facts",
    }


def _parsed(text: str) -> list[Node]:
    text = re.sub(r"%\((\w+)\)s", "$1", text)
    text = re.sub(r"\{(\w+)\}", "true", text)
    return [raw.stmt for raw in parse_sql(text.replace("%%", "%"))]


def _nodes(node: object) -> Iterator[Node]:
    """All but what is locked, which goes by the names that a statement gives itself."""
    if isinstance(node, Node) and not isinstance(node, LockingClause):
        yield node
        for name in node:
            yield from _nodes(getattr(node, name))
    elif isinstance(node, tuple):
        for inner in node:
            yield from _nodes(inner)


def _written_and_read(text: str) -> tuple[set[str], set[str]]:
    written, read, named = set(), set(), set()
    for statement in _parsed(text):
        for node in _nodes(statement):
            if isinstance(node, InsertStmt | UpdateStmt | DeleteStmt | MergeStmt) or (isinstance(node, CopyStmt) and node.is_from):
                written.add(node.relation.relname)
            elif isinstance(node, TruncateStmt):
                written |= {relation.relname for relation in node.relations}
            elif isinstance(node, RangeVar):
                read.add(node.relname)
            if ctes := getattr(node, "ctes", None):
                named |= {cte.ctename for cte in ctes}
    return written, read - named


@pytest.mark.parametrize(("room", "file", "name", "text"), STATEMENTS, ids=[f"{room}.{file}.{name}" for room, file, name, _ in STATEMENTS])
def test_sql_writes_its_own_tables_and_reads_lower_ones(room: str, file: str, name: str, text: str) -> None:
    assert re.match(r"-- \S", text), "a line of prose stands above every statement"
    assert not re.search(r"\bnow\(\)|\brandom\(\)|current_(date|timestamp)|clock_timestamp", text, re.IGNORECASE), (
        "time and seeds are arguments"
    )
    owner = tables() | VIEWS
    written, read = _written_and_read(text)
    for table in (written | read) - OUTSIDE:
        if table.startswith(PLAIN):
            continue
        assert table in owner, f"{table} is no table of ours; behind a view a read does not wait for what its batch has yet to write"
        home = owner[table]
        if table in written and (room, file) not in ELSEWHERE:
            assert home == room, f"{room} writes {table} of {home}"
        assert FLOORS.index(home) <= FLOORS.index(room), f"{room} reads {table} of the higher room {home}"


def test_every_room_with_a_members_key_can_be_erased() -> None:
    erasers = {path.rsplit(".", 1)[0] for path in import_string(f"{settings.WIRING}.ERASERS")}
    holders = {
        f"siyu.{model._meta.app_label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if model.__module__.startswith("siyu.") and isinstance(field, ForeignKey) and field.related_model._meta.app_label == "members"
    }
    assert holders <= erasers
    for path in import_string(f"{settings.WIRING}.ERASERS"):
        room = import_module(path)
        assert callable(room.export)
        assert callable(room.erase)


def test_the_wiring_leads_to_what_exists() -> None:
    wiring = import_module(settings.WIRING)
    for path in [*wiring.REACTIONS, *wiring.SETTINGS, *wiring.CHECKS.values(), *(path for _, path in wiring.TIMETABLE)]:
        import_string(path)
    for path in wiring.REWARDS.values():
        assert {"check", "grant", "words"} <= set(dir(import_module(path)))
    for path in wiring.DUE.values():
        assert {"due", "next_due"} <= set(dir(import_module(path)))
    for path in wiring.MERGERS:
        assert {"absorb", "release"} <= set(dir(import_module(path)))
    for room in wiring.INVARIANTS:
        assert vars(statements(room, "verify"))


def test_rooms_with_merged_state_have_a_merger() -> None:
    mergers = {path.rsplit(".", 1)[0] for path in import_string(f"{settings.WIRING}.MERGERS")}
    assert {"siyu.members", "siyu.orders", "siyu.loyalty", "siyu.acquisition", "siyu.journeys"} <= mergers


def test_files_stay_short_enough_to_read() -> None:
    for path in ROOT.glob("siyu/**/*.py"):
        if "migrations" not in path.parts and "tests" not in path.parts:
            lines = path.read_text().count("\n")
            assert lines <= 450, f"{path.relative_to(ROOT)} has {lines} lines: make it a folder of the same name"


def test_no_page_or_source_names_another_host() -> None:
    allowed = re.compile(r"https?://(www\.w3\.org|localhost|127\.0\.0\.1|example\.(com|org)|[\w.]*\.example|\{|%|\[|testserver|shop\.)")
    for path in [*ROOT.glob("siyu/**/*.html"), *ROOT.glob("siyu/**/static/web/*")]:
        for found in re.finditer(r"https?://[^\s\"'<]+", path.read_text(errors="ignore")):
            assert allowed.match(found[0]), f"{path.relative_to(ROOT)}: {found[0]}"


def test_a_browser_test_waits_for_what_it_asserts() -> None:
    """A page asked once may still be on its way; `expect` asks again until it is there."""
    hasty = re.compile(
        r"\.(is_visible|is_hidden|is_checked|is_enabled|is_disabled|input_value)\(|\bsleep\(|assert .*\.(locator|inner_text)\("
    )
    found = [
        f"{path.name}:{number}"
        for path in sorted(ROOT.glob("tests/browser/test_*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if hasty.search(line)
    ]
    assert not found, f"use `expect(…)` of playwright, which waits: {found}"


def test_generated_pages_are_up_to_date() -> None:
    from tools import docs

    for path, text in docs.pages().items():
        assert (ROOT / path).read_text() == text, f"{path} is out of date: run `python tools/docs.py`"


def test_numbers_in_docs_are_those_of_the_code() -> None:
    from siyu.facts.arriving import SEEN_DAYS
    from siyu.facts.run import POISON_SHARE
    from siyu.members.rules import RUNGS, Clocks

    loop = (ROOT / "docs/loop.md").read_text()
    clocks = Clocks()
    for number in (
        f"{SEEN_DAYS} days",
        f"{POISON_SHARE * 100:.0f} %",
        f"0–{clocks.silent_days} d",
        f"{clocks.silent_days + 1}–{clocks.growing_days}",
        f"{clocks.growing_days + 1}–{clocks.active_days}",
    ):
        assert number in loop, f"docs/loop.md should say {number}"
    glossary = (ROOT / "docs/glossary.md").read_text()
    for rung in RUNGS:
        assert rung.value in glossary


def test_verify_knows_the_kinds_that_name_nobody() -> None:
    from siyu.members.rules.identity import ERASED, KINDS

    weak = ", ".join(f"'{kind.name}'" for kind in (*KINDS.values(), ERASED) if not kind.is_strong)
    assert f"NOT IN ({weak})" in vars(statements("siyu.members", "verify"))["people_are_identified_by_handles"]
