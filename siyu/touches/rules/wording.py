"""The words of a touch: a small Liquid language without endless loops, files or clocks; words that are missing stop the touch."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from liquid import Environment
from liquid.exceptions import LiquidError, UndefinedError

from siyu.lib.words import gettext_noop

from .filters import ESCAPING, NOBODY, PLAIN, Telling, parsed, telling

MAX_SOURCE = 100_000  # characters
TAGS = frozenset({"if", "unless", "case", "for", "assign", "capture", "comment", "echo", "raw"})  # of Liquid's own
_HREF = re.compile(r"""(?P<before><a\b[^>]*?\bhref\s*=\s*)(?P<quote>["'])(?P<url>https?://(?:(?!(?P=quote)).)+)(?P=quote)""", re.IGNORECASE)
# in plain text an address is ASCII (RFC 3986): Chinese words end it, and so does the sentence's punctuation; brackets in pairs are its own
_OF_ADDRESS = r"[!#-&*-;=?-\[\]_a-z~]"
_ADDRESS = re.compile(rf"https?://(?:{_OF_ADDRESS}|\({_OF_ADDRESS}*\))*(?:[#-&*+/-9=@-Z_a-z~-]|\({_OF_ADDRESS}*\))", re.IGNORECASE)
_ASKED_FOR = re.compile(r"[\w.\-\[\]'\"]+")
_BODY_END = re.compile(r"</body", re.IGNORECASE)


class Variant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A template in one language. `html` only where the medium shows it."""

    text: str
    subject: str = ""
    html: str = ""


class WordingError(ValueError):
    """A template that cannot be used, or words that are missing: `code` is stable, `words` and `values` are what a page translates."""

    def __init__(self, code: str, words: str, /, **values: Any) -> None:
        self.code, self.words, self.values = code, words, values
        self.because = words % values if values else words
        super().__init__(self.because)


def variables(source: str) -> set[str]:
    """The names a template asks for, dotted: `member.nickname`.

    Raises `template.syntax`, `template.tag`, `template.filter`, `template.long`.
    """
    if len(source) > MAX_SOURCE:
        raise WordingError("template.long", gettext_noop("a template has at most %(limit)s characters"), limit=f"{MAX_SOURCE:,}")
    try:
        found = PLAIN.from_string(source).analyze(include_partials=False)
    except LiquidError as error:
        raise WordingError("template.syntax", gettext_noop("the braces cannot be read: %(fault)s"), fault=error) from error
    if unknown := found.tags.keys() - TAGS:
        raise WordingError("template.tag", gettext_noop("not available here: %(tags)s"), tags=", ".join(sorted(unknown)))
    if unknown := found.filters.keys() - PLAIN.filters.keys():
        raise WordingError("template.filter", gettext_noop("there is no filter %(filters)s"), filters=", ".join(sorted(unknown)))
    return {".".join(str(part) for part in use.segments) for uses in found.globals.values() for use in uses}


def check(variant: Variant, known: Mapping[str, str], *, prefixes: tuple[str, ...] = ()) -> None:
    """Whether every part can be read and asks only for known names (or for anything below `prefixes`). Raises also `template.variable`."""
    for source in (variant.subject, variant.text, variant.html):
        for name in sorted(variables(source)):
            if name not in known and not name.startswith(prefixes or ("\0",)):
                raise WordingError("template.variable", gettext_noop("there is no variable %(name)s"), name=name)


def render(variant: Variant, values: Mapping[str, Any], to: Telling = NOBODY) -> Variant:
    """The words for one member. `values` is nested by the dots of the names and holds only what is known of the member.

    Raises `template.missing` where a value is not known and no `default` stands for it, `template.broken` for what fails otherwise.
    """
    before = telling.set(to)
    try:
        return Variant(
            text=_render(PLAIN, variant.text, values),
            subject=" ".join(_render(PLAIN, variant.subject, values).split()),
            html=_render(ESCAPING, variant.html, values) if variant.html else "",
        )
    finally:
        telling.reset(before)


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"member.name": "Yue"}` → `{"member": {"name": "Yue"}}`, without what is blank. A value without parts holds against `a.b`."""
    tree: dict[str, Any] = {}
    for name, value in sorted(flat.items()):
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        *path, last = name.split(".")
        place: Any = tree
        for part in path:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.setdefault(last, value)
    return tree


def links(words: Variant) -> list[str]:
    """The addresses in rendered words that lead somewhere, each once, in order."""
    found = [unescape(match["url"]) for match in _HREF.finditer(words.html)] + _ADDRESS.findall(words.text)
    return [url for url in dict.fromkeys(found) if _leads(url)]


def with_links(words: Variant, replace: Callable[[str], str]) -> Variant:
    """The same words with every address replaced: how clicks are counted."""
    html = _HREF.sub(
        lambda match: f"{match['before']}{match['quote']}{escape(replace(unescape(match['url'])))}{match['quote']}", words.html
    )
    return msgspec.structs.replace(words, html=html, text=_ADDRESS.sub(lambda match: replace(match[0]), words.text))


def with_end(html: str, end: str) -> str:
    """HTML with something more at the end of its body: what stands behind a document is not always shown."""
    place = max((match.start() for match in _BODY_END.finditer(html)), default=len(html))
    return html[:place] + end + html[place:]


def _leads(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # https://[here]
        return False


def sms_length(text: str) -> int:
    """Characters of an SMS, counted in UTF-16 whatever the language: an emoji is two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sms_parts(text: str) -> int:
    """How many messages an operator of a Chinese network counts: up to 70 characters one, beyond that 67 each."""
    length = sms_length(text)
    return 1 if length <= 70 else -(-length // 67)


def _render(environment: Environment, source: str, values: Mapping[str, Any]) -> str:
    try:
        return parsed(environment, source).render(**values)
    except UndefinedError as error:
        raise WordingError("template.missing", _name(error)) from error
    except Exception as error:  # whatever goes wrong inside of a template stops its own touch and no other
        raise WordingError("template.broken", _fault(error)) from error


def _name(error: UndefinedError) -> str:
    """The name that was asked for, as the template writes it."""
    token = error.token
    found = _ASKED_FOR.match(token.source, token.start_index) if token else None
    return found[0] if found else _fault(error)


def _fault(error: Exception) -> str:
    """What went wrong, on one line."""
    return next(iter(str(error).splitlines()), type(error).__name__)
