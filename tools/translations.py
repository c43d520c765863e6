"""Chinese for every word on a page: `update` collects msgids per room, `check` refuses gaps, `compile` writes .mo files.

Babel does what GNU gettext would; templates go through Django's own converter, as `makemessages` does.
"""

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”》」%][,;!?](?!…)|[,;!?][\u4e00-\u9fff]")  # not the colon: it may be syntax
sys.path.insert(0, str(ROOT))
LOCALE = "zh_Hans"
GETTEXT: dict = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# our own calls whose plain strings are shown: function → places of those arguments, and their names
SHOWN = {
    "Refusal": {1: "because"},
    "Fault": {1: "because"},
    "Setting": {3: "title", 4: "help"},
    "ChannelField": {1: "label"},
}
COMMANDS_ONLY = {"operate", "demo"}  # rooms without pages: their refusals are read on a terminal, in English
Found = tuple[str, int, object, list[str], object]


def rooms() -> list[Path]:
    """Every package with Django's app file, the kit included."""
    return sorted(path.parent for path in (ROOT / "siyu").rglob("apps.py"))


def po_file(room: Path) -> Path:
    return room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def messages(room: Path) -> Iterator[Found]:
    """(file, line, msgid, comments, context) of every word the room shows."""
    for path in sorted(room.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(room).parts):
            source = path.read_text(encoding="utf-8")
            yield from _of_source(path, source)
            yield from () if room.name in COMMANDS_ONLY else _of_calls(path, source)
    for path in sorted(room.rglob("templates/**/*")):
        if path.suffix in {".html", ".txt"}:
            yield from _of_source(path, _as_source(path))
    if room.name == "web":
        from siyu.wiring import NAVIGATION

        for group, title, *_ in NAVIGATION:
            yield from (("siyu/wiring.py", 0, words, [], None) for words in (group, title) if words)


def _of_source(path: Path, source: str) -> Iterator[Found]:
    name = str(path.relative_to(ROOT))
    for line, msgid, comments, context in extract("python", io.BytesIO(source.encode()), GETTEXT):
        if msgid and (isinstance(msgid, str) or all(msgid)):
            yield name, line, msgid, comments, context


def _of_calls(path: Path, source: str) -> Iterator[Found]:
    """What `SHOWN` names; Babel would count the commas inside a nested dictionary as arguments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN:
            places = SHOWN[node.func.id]
            given = [value for place, value in enumerate(node.args) if place in places]
            given += [keyword.value for keyword in node.keywords if keyword.arg in places.values()]
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    yield str(path.relative_to(ROOT)), value.lineno, value.value, [], None


def _as_source(path: Path) -> str:
    from django.utils.translation.template import templatize

    # as makemessages does: what is no message becomes X; the rest is a series of gettext calls
    return templatize(path.read_text(encoding="utf-8"), origin=str(path))


def fresh(room: Path) -> Catalog:
    """What the room's pages ask for now, without line numbers: a moved line is no change of a translation."""
    catalog = Catalog(locale=LOCALE, project="siyu", fuzzy=False)
    for name, _, msgid, _, context in messages(room):
        catalog.add(msgid, locations=[(name, 0)], context=context)  # type: ignore[arg-type]
    return catalog


def stored(room: Path) -> Catalog:
    path = po_file(room)
    if not path.exists():
        return Catalog(locale=LOCALE, project="siyu", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update(room: Path) -> str:
    """Bring a room's .po in line with its words; translations of words that are gone are dropped."""
    wanted, known = fresh(room), stored(room)
    if not len(wanted) and not po_file(room).exists():
        return ""
    for message in wanted:
        old = known.get(message.id, message.context) if message.id else None
        if old:
            message.string, message.flags = old.string, old.flags - {"python-format"} | message.flags
    path = po_file(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, wanted, width=120, sort_output=True, omit_header=False, include_lineno=False)
    _steady_header(path)
    gaps = sum(1 for message in wanted if message.id and not _is_translated(message))
    return f"{room.relative_to(ROOT)}: {len(wanted)} words, {gaps} without Chinese"


def _steady_header(path: Path) -> None:
    """Only what carries meaning stays in the header, so that two runs write the same file."""
    body = path.read_text(encoding="utf-8").split("\n\n", 1)[1] if "\n\n" in path.read_text(encoding="utf-8") else ""
    header = (
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    )
    path.write_text(header + ("\n" + body if body else ""), encoding="utf-8")


def _texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string or ""]


def _is_translated(message: Message) -> bool:
    texts = _texts(message)
    return bool(texts) and all(texts)


def problems(room: Path) -> list[str]:
    """Words without Chinese, uncertain ones, ones no page uses, lost placeholders, and Chinese in half-width punctuation."""
    wanted, known, name = fresh(room), stored(room), str(room.relative_to(ROOT))
    found = []
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        if old is None or not _is_translated(old):
            found.append(f"{name}: no Chinese for {message.id!r}")
        elif old.fuzzy:
            found.append(f"{name}: uncertain (fuzzy) Chinese for {message.id!r}")
        else:
            found += [f"{name}: {error} in {message.id!r}" for error in old.check()]
            found += [f"{name}: half-width punctuation in {text!r}" for text in _texts(old) if HALF_WIDTH.search(text)]
    found += [
        f"{name}: no page uses {message.id!r} any more" for message in known if message.id and not wanted.get(message.id, message.context)
    ]
    return found + [f"{name}: obsolete entry {message.id!r}" for message in known.obsolete.values()]


def two_voices() -> list[str]:
    """The same English word must not have two Chinese ones: at run time one would win by chance."""
    voices: dict[tuple, dict[str, str]] = {}
    for room in rooms():
        for message in stored(room):
            if message.id and _is_translated(message):
                voices.setdefault((message.context, message.id), {}).setdefault(str(message.string), room.name)
    return [f"{key[1]!r} has several translations: {found}" for key, found in voices.items() if len(found) > 1]


def compile_all() -> int:
    """Write every .mo beside its .po, where it is older; returns how many were written."""
    written = 0
    for room in rooms():
        path = po_file(room)
        if path.exists() and not _is_current(path):
            fresh = path.with_suffix(f".{os.getpid()}.mo")  # others may compile at the same time
            with fresh.open("wb") as file:
                write_mo(file, stored(room))
            fresh.replace(path.with_suffix(".mo"))
            written += 1
    return written


def _is_current(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime


def main(verb: str, names: list[str]) -> int:
    """`update|check|compile [room …]`; the exit code of check is 1 when something is wrong."""
    chosen = [room for room in rooms() if not names or room.name in names]
    if verb == "compile":
        compile_all()
        return 0
    _configure()
    if verb == "update":
        lines = [line for room in chosen if (line := update(room))]
    elif verb == "check":
        lines = [line for room in chosen for line in problems(room)] + two_voices()
    else:
        lines = [__doc__ or ""]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(verb != "update" and bool(lines))


def _configure() -> None:
    from django.conf import settings

    if not settings.configured:
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        settings.configure(USE_I18N=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:]))
