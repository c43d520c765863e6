"""Audiences: make, change, judge anew, archive. The pump then judges everybody and puts the coming version in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from siyu.facts.services import BATCH_LOCK
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.services import sync_tag
from siyu.merchant.queries import today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..checking import MAX_AUDIENCES, checked, refuse_when_named, refuse_when_naming_archived
from ..evaluating.edges import tagger
from ..evaluating.remembering import define
from ..models import Audience, Version

MAX_NAME, MAX_TEXT, MAX_TAG = 100, 1_000, 60
_sql = statements("siyu.audiences", "services")


def create(by: Actor, name: str, rule: Any, *, description: str = "", tag: str = "", key: str | None = None, now: datetime) -> int:
    """A new audience; whoever is in it from the beginning is in silently. Returns its number.

    A `key` of the caller makes it idempotent: the same key and rule answer the same number, with another rule it is refused.
    Refusals: `key.reused`, `rule.invalid`, `audience.name`, `audience.text`, `audience.tag`, `audience.too_many`, `audience.circle`.
    """
    name, tag = _named(name), _tagged(tag)
    _described(description)
    with transaction.atomic():
        _one_at_a_time()
        if key is not None and (known := Audience.objects.filter(key=key).first()) is not None:
            return _again(known, name, rule)
        _refuse_taken(name)
        _refuse_too_many()
        made = Audience.objects.create(
            name=name, description=description, tag=tag, next_version=1, key=key, created_by=by.name, created_at=now
        )
        _refuse_taken_tag(made)
        checked(rule, audience_id=made.pk, tag=tag)
        Version.objects.create(audience=made, number=1, rule=rule, made_by=by.name, made_at=now)
        audit(by, "audience.created", f"audience:{made.pk}", {"name": name, "rule": rule, "tag": tag})
    return made.pk


def change(
    by: Actor,
    audience_id: int,
    *,
    now: datetime,
    rule: Any = None,
    name: str | None = None,
    description: str | None = None,
    tag: str | None = None,
    tells: bool = True,
    because: str = "",
) -> None:
    """Change what is given. A new rule is a new version; with `tells`, who enters or leaves by it is told as facts, which starts journeys.

    Refusals as of `create`, and `audience.unknown`.
    """
    with transaction.atomic():
        _one_at_a_time()
        audience = _living(audience_id)
        before = {"name": audience.name, "tag": audience.tag}
        if name is not None and (name := _named(name)) != audience.name:
            _refuse_taken(name)
            audience.name = name
        if description is not None:
            audience.description = _described(description)
        if tag is not None:
            _retag(audience, _tagged(tag), now)
        if rule is not None:
            checked(rule, audience_id=audience.pk, tag=audience.tag)
            last = Version.objects.filter(audience=audience).order_by("-number").values_list("number", flat=True).first() or 0
            Version.objects.create(audience=audience, number=last + 1, rule=rule, made_by=by.name, made_at=now, because=because[:MAX_TEXT])
            audience.next_version, audience.tells_change, audience.fault = last + 1, tells, ""
        elif tag is not None:
            _check_tag(audience)
        audience.save()
        audit(
            by,
            "audience.changed",
            f"audience:{audience.pk}",
            {"before": before, "name": audience.name, "tag": audience.tag, "rule": rule},
            because,
        )


def prepare_rules(rules: Sequence[Any], *, now: datetime) -> None:
    """Have counted from now on what rules ask that stand outside audiences (branches of journeys). Raises `RuleError`."""
    nodes = [checked(rule)[1] for rule in rules]
    if nodes:
        with transaction.atomic(), connection.cursor() as cursor:
            _one_at_a_time()
            define(cursor.cursor, nodes, now)


def refresh(by: Actor, audience_id: int) -> None:
    """Have everybody judged anew by the rule in force. Refusals: `audience.unknown`."""
    with transaction.atomic():
        _one_at_a_time()
        audience = _living(audience_id)
        if audience.next_version is None:
            audience.next_version, audience.tells_change = max(audience.version, 1), True
            audience.save(update_fields=["next_version", "tells_change"])
        audit(by, "audience.refreshed", f"audience:{audience.pk}")


def archive(by: Actor, audience_id: int, *, now: datetime) -> None:
    """Nobody is in it any more, silently, nor carries its tag; its versions stay. Refusals: `audience.unknown`, `audience.in_use`."""
    with transaction.atomic(), connection.cursor() as cursor:
        _one_at_a_time()
        audience = _living(audience_id)
        refuse_when_named(audience.pk, today(now))
        cursor.execute(_sql.empty, {"audience": audience.pk})
        if audience.version:
            cursor.execute(_sql.count_empty, {"audience": audience.pk, "day": today(now), "went": audience.size})
        _untag(audience, now)
        audience.archived_at, audience.next_version, audience.size = now, None, 0
        audience.save()
        audit(by, "audience.archived", f"audience:{audience.pk}", {"name": audience.name})


def restore(by: Actor, audience_id: int, *, now: datetime) -> None:
    """An archived audience is there again, by its newest rule, as if it were made now: everybody is judged anew, and whoever is in it then
    is in silently and since then.

    Refusals: `audience.unknown`, `audience.name`, `audience.key`, `audience.tag`, `audience.too_many`, `audience.circle`, and for a rule
    that cannot stand any more `audience.names_archived` or `rule.invalid`.
    """
    with transaction.atomic():
        _one_at_a_time()
        audience = Audience.objects.filter(pk=audience_id).exclude(archived_at=None).first()
        if audience is None:
            raise Refusal("audience.unknown", "there is no such archived audience")
        _refuse_taken(audience.name)
        _refuse_made_group(audience.key)
        _refuse_too_many()
        _refuse_taken_tag(audience)
        newest = Version.objects.filter(audience=audience).latest("number")
        refuse_when_naming_archived(newest.rule)
        checked(newest.rule, audience_id=audience.pk, tag=audience.tag)
        # version 0: until everybody is judged nobody can come in by a fact, which would be told as if they had not been in before
        audience.archived_at, audience.version, audience.next_version = None, 0, newest.number
        audience.tells_change, audience.fault = False, ""
        audience.save()
        audit(by, "audience.restored", f"audience:{audience.pk}", {"name": audience.name, "version": newest.number})


def _again(known: Audience, name: str, rule: Any) -> int:
    if known.name != name or Version.objects.get(audience=known, number=1).rule != rule:
        raise Refusal("key.reused", "this key has made another audience")
    return known.pk


def _one_at_a_time() -> None:
    """Between two batches of the pump, which reads the audiences at its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])


def _living(audience_id: int) -> Audience:
    found = Audience.objects.filter(pk=audience_id, archived_at=None).first()
    if found is None:
        raise Refusal("audience.unknown", "there is no such audience, or it is archived")
    return found


def _named(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\x00" in name:
        raise Refusal("audience.name", "an audience's name has 1 to %(limit)s characters", limit=MAX_NAME)
    return name


def _refuse_taken(name: str) -> None:
    if Audience.objects.filter(name=name, archived_at=None).exists():
        raise Refusal("audience.name", "there is an audience “%(name)s” already", name=name)


def _refuse_made_group(key: str | None) -> None:
    """Of a group of value there is one audience: its key says which (`value:GROUP:N`)."""
    group = key.rpartition(":")[0] + ":" if key and key.startswith("value:") else ""
    if group and (other := Audience.objects.filter(key__startswith=group, archived_at=None).first()) is not None:
        raise Refusal("audience.key", "the audience “%(name)s” was made of the same group", name=other.name)


def _refuse_too_many() -> None:
    if Audience.objects.filter(archived_at=None).count() >= MAX_AUDIENCES:
        raise Refusal("audience.too_many", "at most %(limit)s audiences: archive one first", limit=MAX_AUDIENCES)


def _described(text: str) -> str:
    if len(text) > MAX_TEXT or "\x00" in text:
        raise Refusal("audience.text", "a description has at most %(limit)s characters", limit=MAX_TEXT)
    return text


def _tagged(tag: str) -> str:
    tag = tag.strip()
    if len(tag) > MAX_TAG or "\x00" in tag:
        raise Refusal("audience.tag", "a tag's name has 1 to %(limit)s characters", limit=MAX_TAG)
    return tag


def _retag(audience: Audience, tag: str, now: datetime) -> None:
    """Who is in carries the new tag from the next judgement on; the old one goes at once."""
    if tag != audience.tag:
        _untag(audience, now)
        audience.tag = tag
        _refuse_taken_tag(audience)
        if audience.next_version is None and audience.version:
            audience.next_version, audience.tells_change = audience.version, True  # the rule is the same: who moves does so by time


def _untag(audience: Audience, now: datetime) -> None:
    """The tag goes from whoever carries it because of the audience, and from nobody else."""
    if audience.tag:
        by = tagger(audience.pk)
        with connection.cursor() as cursor:
            cursor.execute(_sql.tagged, {"tag": audience.tag, "by": by})
            sync_tag(cursor.cursor, audience.tag, [], [member for (member,) in cursor.fetchall()], by=by, now=now)


def _refuse_taken_tag(audience: Audience) -> None:
    """Of two audiences with one tag, the one that a member leaves would take off what the other put on."""
    others = Audience.objects.filter(tag=audience.tag, archived_at=None).exclude(pk=audience.pk) if audience.tag else ()
    if names := [other.name for other in others]:
        raise Refusal("audience.tag", "the audience “%(name)s” is kept as this tag already", name=names[0])


def _check_tag(audience: Audience) -> None:
    number = audience.next_version or audience.version
    rule = Version.objects.get(audience=audience, number=number).rule
    checked(rule, audience_id=audience.pk, tag=audience.tag)
