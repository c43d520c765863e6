"""The writers of templates: published as versions, checked before anybody reads them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Template
from ..rules.files import Upload
from ..rules.media import MEDIA
from ..rules.settings import PURPOSES
from ..rules.wording import Variant, WordingError, check, sms_parts
from ..variables import PREFIXES, known
from .files import keep_files
from .words import check_names

LANGUAGES = ("zh-hans", "en")
MAX_TEMPLATES = 2_000
MAX_PROVIDER_VALUES = 20
STOP = "拒收请回复R"  # what every advertising SMS in China ends with


def publish_template(
    by: Actor,
    code: str,
    name: str,
    medium: str,
    purpose: str,
    variants: Mapping[str, Mapping[str, Any]],
    *,
    provider_template: str = "",
    provider_values: Sequence[tuple[str, str]] = (),
    counts_links: bool = True,
    files: Sequence[int] = (),
    uploads: Sequence[Upload] = (),
    is_new: bool = False,
    now: datetime,
) -> int:
    """Publish the next version of a template, or the first of a new one; returns its id. Along go `files` that are kept, then `uploads`.
    Who means a new one says so (`is_new`), and publishes over no other.

    Refusals: `template.code`, `template.name`, `template.medium`, `template.purpose`, `template.language`, `template.empty`,
    `template.stop`, `template.values`, `template.exists`, `template.too_many`, those of `rules.wording.check` and of `files.keep_files`.
    """
    check_names("template", code, name)
    checked = _checked(medium, purpose, variants, provider_values)
    with transaction.atomic():
        newest = Template.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is not None and is_new:
            raise Refusal("template.exists", "the template %(code)s is there already: open it to publish its next version", code=code)
        if newest is None and Template.objects.values("code").distinct().count() >= MAX_TEMPLATES:
            raise Refusal("template.too_many", "there are %(limit)s templates already", limit=MAX_TEMPLATES)
        if newest is not None and newest.medium != medium:
            raise Refusal("template.medium", "this template is for %(medium)s; give another medium a code of its own", medium=newest.medium)
        made = Template.objects.create(
            code=code,
            version=newest.version + 1 if newest is not None else 1,
            name=name.strip(),
            medium=medium,
            purpose=purpose,
            variants={language: msgspec.to_builtins(variant) for language, variant in checked.items()},
            provider_template=provider_template.strip(),
            provider_values=[list(pair) for pair in provider_values],
            counts_links=counts_links,
            files=keep_files(by, medium, files, uploads, now=now),
            created_by=by.name,
            created_at=now,
        )
        told = {"version": made.version, "medium": medium, "purpose": purpose, "files": len(made.files)}
        audit(by, "template.published", f"template:{code}", told, at=now)
    return made.pk


def archive_template(by: Actor, code: str, *, now: datetime) -> None:
    """Take a template out of use; what waits to be sent with it still goes. Refusal: `template.unknown`."""
    with transaction.atomic():
        if not Template.objects.filter(code=code, archived_at=None).update(archived_at=now):
            raise Refusal("template.unknown", "there is no such template")
        audit(by, "template.archived", f"template:{code}", at=now)


def _checked(
    medium: str, purpose: str, variants: Mapping[str, Mapping[str, Any]], provider_values: Sequence[tuple[str, str]]
) -> dict[str, Variant]:
    if medium not in MEDIA:
        raise Refusal("template.medium", "a medium is one of %(known)s", known=", ".join(MEDIA))
    if purpose not in PURPOSES:
        raise Refusal("template.purpose", "a purpose is one of %(known)s", known=", ".join(PURPOSES))
    if not variants or not set(variants) <= set(LANGUAGES):
        raise Refusal("template.language", "write it in at least one of %(known)s", known=", ".join(LANGUAGES))
    _check_values(provider_values)
    try:
        checked = {language: msgspec.convert(dict(words), Variant) for language, words in variants.items()}
        for variant in [*checked.values(), *(Variant(source) for _, source in provider_values)]:
            check(variant, known(), prefixes=PREFIXES)
    except WordingError as error:
        raise Refusal(error.code, error.words, **error.values) from error
    except msgspec.ValidationError as error:
        raise Refusal("template.empty", "the words cannot be read: %(fault)s", fault=error) from error
    for variant in checked.values():
        _check_medium(medium, purpose, variant)
    return checked


def _check_values(provider_values: Sequence[tuple[str, str]]) -> None:
    names = [name.strip() for name, _ in provider_values]
    if len(names) > MAX_PROVIDER_VALUES or len(set(names)) < len(names) or not all(names):
        raise Refusal(
            "template.values", "the provider's parameters are at most %(limit)s, each with a name of its own", limit=MAX_PROVIDER_VALUES
        )


def _check_medium(medium: str, purpose: str, variant: Variant) -> None:
    if not variant.text.strip():
        raise Refusal("template.empty", "the text is empty")
    if MEDIA[medium].has_subject and not variant.subject.strip():
        raise Refusal("template.empty", "the subject is empty")
    if medium == "sms" and purpose == "marketing" and not variant.text.rstrip().endswith(STOP):
        raise Refusal("template.stop", "an advertising SMS ends with %(words)s", words=STOP)
    if medium == "sms" and sms_parts(variant.text) > 10:
        raise Refusal("template.long", "this text is longer than ten messages")
