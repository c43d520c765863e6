"""From a template to the words one member reads: values of the member, links that count, a way to say no."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import choice
from string import ascii_letters, digits
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from siyu.merchant.queries import settings_book, today

from .models import Template
from .rules.filters import Telling
from .rules.media import MEDIA, Medium
from .rules.sending import Message
from .rules.wording import Variant, WordingError, links, nested, render, variables, with_end, with_links
from .variables import UNSUBSCRIBE, values_of

CODE = ascii_letters + digits  # what no program that looks for addresses in a text leaves out at their end
CODE_LENGTH = 12  # characters: 71 bits, and what providers take as a parameter
TEST = {"zh-hans": "[测试] ", "en": "[Test] "}  # what a test begins with, in the language of its words


class Asked(NamedTuple):
    """Words wanted for a touch. `test`: for a test message instead, what stands for the touch in the address that says no."""

    touch_id: UUID
    member_id: int
    template_id: int
    values: Mapping[str, Any]
    test: str = ""


class Written(NamedTuple):
    """The words of a touch, and its addresses by the codes under which they are counted."""

    message: Message
    links: list[tuple[str, str]]


class Fault(NamedTuple):
    """Why there are no words for somebody."""

    code: str
    because: str


def write(asked: Sequence[Asked], now: datetime) -> dict[UUID, Written | Fault]:
    """The words of each touch, in the member's language where the template has it. Values are read for the whole set."""
    templates = Template.objects.in_bulk({one.template_id for one in asked})
    names = {name for template in templates.values() for name in _names(template)} | {"member.language"}
    values = values_of(sorted({one.member_id for one in asked}), names, now)
    book, day = settings_book(), today(now)
    base, zone = book.value("touches.address", day).rstrip("/"), book.zone(day)
    found: dict[UUID, Written | Fault] = {}
    for one in asked:
        member = values[one.member_id]
        try:
            found[one.touch_id] = _one(one, templates[one.template_id], member, base, zone)
        except WordingError as error:
            found[one.touch_id] = Fault(error.code, error.because)
    return found


def _one(one: Asked, template: Template, member: Mapping[str, Any], base: str, zone: ZoneInfo) -> Written:
    stop = f"{base}/t/stop/{one.test or one.touch_id}" if base else ""
    tree = nested({**member, UNSUBSCRIBE: stop, **{f"given.{name}": value for name, value in one.values.items()}})
    language, variant = _variant(template, str(member.get("member.language") or ""))
    codes = _Codes(base)
    to = Telling(language, codes.of, zone)
    words = render(variant, tree, to)
    parameters = {name: render(Variant(source), tree, to).text for name, source in template.provider_values}
    is_counted = template.counts_links and base and not one.test
    pixel = f'<img src="{base}/t/open/{one.touch_id}.gif" width="1" height="1" alt="">' if is_counted else ""
    if is_counted and MEDIA[template.medium].counts_clicks:
        words = codes.counted(words)
        parameters = {name: codes.counted(Variant(value)).text for name, value in parameters.items()}
    message = Message(
        id=one.touch_id,
        to="",
        text=words.text,
        subject=words.subject,
        html=with_end(words.html, pixel) if words.html and template.medium == "email" else words.html,
        template=template.provider_template,
        values=parameters,
        unsubscribe_url=stop if template.medium == "email" and template.purpose != "service" else "",
    )
    message = _marked(message, language, MEDIA[template.medium]) if one.test else message
    return Written(message, [(code, url) for url, code in codes.by_url.items()])


def _marked(message: Message, language: str, medium: Medium) -> Message:
    """A test says that it is one where people look first; what a provider's own template says cannot be changed."""
    mark = TEST["en" if language == "en" else "zh-hans"]
    if medium.has_subject:
        return replace(message, subject=mark + message.subject, is_test=True)
    return replace(message, text=mark + message.text, is_test=True)


class _Codes:
    """The addresses of one touch that are counted, each under a code of its own; `base` is where the codes lead."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.by_url: dict[str, str] = {}

    def of(self, url: str) -> str:
        if url not in self.by_url:
            self.by_url[url] = "".join(choice(CODE) for _ in range(CODE_LENGTH))
        return self.by_url[url]

    def counted(self, words: Variant) -> Variant:
        """The words with every address replaced by one that counts; those that count already stay."""
        by_url = {url: f"{self.base}/t/{self.of(url)}" for url in links(words) if not self._counts(url)}
        return with_links(words, lambda url: by_url.get(url, url))

    def _counts(self, url: str) -> bool:
        return url.startswith(f"{self.base}/t/") or url.endswith(tuple(self.by_url.values()))


def _variant(template: Template, language: str) -> tuple[str, Variant]:
    """The words in the member's language, whatever its country (en-US, en_GB); else in Chinese, else in what there is."""
    alike = {written.partition("-")[0]: words for written, words in template.variants.items()}
    main = language.lower().replace("_", "-").partition("-")[0]
    found = next(one for one in (main, "zh", *alike) if one in alike)
    return found, msgspec.convert(alike[found], Variant)


def _names(template: Template) -> set[str]:
    sources = [part for words in template.variants.values() for part in words.values()] + [source for _, source in template.provider_values]
    return {name for source in sources for name in variables(source)}
