"""Reads of audiences: how many, who, since when, how they overlap. What shows members takes the viewer's scope."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg import Cursor

from siyu.lib.buckets import BUCKETS
from siyu.lib.crypto import decrypt_text, mask
from siyu.lib.sql import array, statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import WHOLE, Scope

from .checking import checked, standing_tree
from .conditions import conditions, kinds
from .evaluating import looking
from .evaluating.looking import Difference, Preview
from .evaluating.standing import Borders, newest_borders
from .models import Snapshot, Version
from .naming import list_names, names
from .rules import Leaf, RuleError, parsed
from .rules.tree import Node
from .why import told

__all__ = ["Difference", "Preview", "list_names", "names"]
_sql = statements("siyu.audiences", "queries")
MAX_SHOWN = 500
MAX_OVERLAP = 12
PART = 500


class AudienceView(NamedTuple):
    """An audience as lists show it; `members` are those of the viewer's scope."""

    id: int
    name: str
    description: str
    version: int
    next_version: int | None
    tag: str
    fault: str
    computed_at: datetime | None
    created_by: str
    created_at: datetime
    archived_at: datetime | None
    members: int

    @property
    def is_computing(self) -> bool:
        return self.next_version is not None


class MemberRow(NamedTuple):
    """A member of an audience."""

    id: int
    public_id: str
    nickname: str
    since: datetime
    store_id: int | None
    assistant_id: int | None


class Day(NamedTuple):
    """A business day of an audience: how many were in at its end, who came and went on it."""

    day: date
    size: int
    entered: int
    went: int


def audiences(scope: Scope, *, archived: bool | None = False, audience_id: int | None = None) -> list[AudienceView]:
    """Living audiences, or archived ones (None: both), newest first."""
    columns = {"is_whole": scope.is_whole, "archived": archived, "id": audience_id, "limit": MAX_SHOWN, **scope.parameters()}
    return [AudienceView(*row) for row in _rows(_sql.audiences, **columns)]


def audience(audience_id: int, scope: Scope = WHOLE) -> AudienceView | None:
    """One audience, archived ones too."""
    if audience_id >= 2**63:  # an address may hold any number
        return None
    return next(iter(audiences(scope, archived=None, audience_id=audience_id)), None)


def rule_of(audience_id: int, number: int | None = None) -> dict[str, Any] | None:
    """The rule of a version, else of the newest."""
    found = Version.objects.filter(audience_id=audience_id)
    found = found.filter(number=number) if number is not None else found.order_by("-number")
    return next(iter(found.values_list("rule", flat=True)[:1]), None)


def versions(audience_id: int) -> list[Version]:
    """All versions of a rule, newest first."""
    return list(Version.objects.filter(audience_id=audience_id).order_by("-number")[:100])


def trend(audience_id: int, since: date) -> list[Day]:
    """Days on which somebody came or went."""
    return [Day(*row) for row in _rows(_sql.trend, audience=audience_id, since=since)]


def sparks(audience_ids: Sequence[int], since: date) -> dict[int, list[int]]:
    """The sizes of the last days, by audience."""
    return dict(_rows(_sql.sparks, audiences=array(audience_ids), since=since))


def members(audience_id: int, scope: Scope, *, after: int = 0, limit: int = 50, backwards: bool = False) -> list[MemberRow]:
    """Members of an audience by number, behind `after` (or before it, nearest first, when `backwards`)."""
    statement = _sql.members_before if backwards else _sql.members
    rows = _rows(statement, audience=audience_id, after=after, limit=min(limit, 10_000), **scope.parameters())
    return [MemberRow(*row) for row in rows]


def walk_members(audience_id: int, scope: Scope, *, unmasked: bool) -> Iterator[tuple[str, str, str, datetime]]:
    """Every member of an audience for a file: public id, nickname, a phone (masked unless the viewer may see it), since."""
    after = 0
    while rows := members(audience_id, scope, after=after, limit=PART):
        after = rows[-1].id
        phones = dict(_rows(_sql.phones, members=array(row.id for row in rows)))
        for row in rows:
            phone = decrypt_text(phones[row.id]) if row.id in phones else ""
            yield row.public_id, row.nickname, phone if unmasked or not phone else mask("phone", phone), row.since


def audiences_of(member_id: int) -> dict[int, datetime]:
    """The audiences a member is in, since when."""
    return dict(_rows(_sql.audiences_of, member=member_id))


def overlap(audience_ids: Sequence[int], scope: Scope) -> dict[tuple[int, int], int]:
    """How many members each two of at most twelve audiences share; (a, a) is the size of a."""
    chosen = sorted(set(audience_ids))[:MAX_OVERLAP]
    found: dict[tuple[int, int], int] = {}
    for one, other, shared in _rows(_sql.overlap, audiences=array(chosen), **scope.parameters()):
        found[one, other] = found[other, one] = shared
    return found


def preview(rule: Any, now: datetime, scope: Scope, *, audience_id: int = 0) -> Preview:
    """How many people of a scope a rule would hold. Raises `RuleError`."""
    _node, whole = checked(rule, audience_id=audience_id)
    return looking.preview(whole, now, settings_book().zone(now.date()), scope)


def rule_fault(rule: Any) -> RuleError | None:
    """Why a rule may not stand; None when it may."""
    try:
        checked(rule)
    except RuleError as error:
        return error
    return None


def tree(rule: Any) -> Node:
    """The tree of a rule, with the rules of the audiences it names in their place. Raises `RuleError`."""
    return standing_tree(rule)


def condition_words(leaf: Leaf) -> str:
    """A condition in the reader's words."""
    return conditions()[leaf.kind].words(leaf.terms)


def rule_words(rule: Any) -> list[tuple[int, str]]:
    """A rule in words, a line a node, each with its depth; nothing for one that cannot be read."""
    try:
        return [(depth, words) for depth, _at, words in told(parsed(rule, kinds()))]
    except RuleError:
        return []


def holding(rule: Any, member_ids: Sequence[int], now: datetime, zone: ZoneInfo) -> set[int]:
    """Those of these members for whom a rule holds, as everything stands in this transaction. Raises `RuleError`."""
    whole = standing_tree(rule)
    with Cursor(_connection()) as cursor:
        return looking.holding(cursor, whole, member_ids, now, zone)


def holders(rule: Any, now: datetime, zone: ZoneInfo) -> list[int]:
    """Everybody for whom a rule holds. Raises `RuleError`."""
    whole = standing_tree(rule)
    with Cursor(_connection()) as cursor:
        return looking.holders(cursor, whole, now, zone)


def inside(audience_id: int, member_ids: Sequence[int]) -> set[int]:
    """Those of these members who are in an audience."""
    return {row[0] for row in _rows(_sql.inside, audience=audience_id, members=array(member_ids))}


def difference(audience_id: int, rule: Any, now: datetime, scope: Scope) -> Difference | None:
    """Who would come and go if this rule were in force; None when it takes too long to say. Raises `RuleError`."""
    _node, whole = checked(rule, audience_id=audience_id)
    return looking.difference(audience_id, whole, now, settings_book().zone(now.date()), scope)


def named(member_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Number, public id and nickname of members."""
    return _rows(_sql.named, members=array(member_ids))


def arms(audience_id: int, salt: str, weights: Sequence[int]) -> list[int]:
    """How many members of an audience fall into each arm of a sticky split; weights are of 10,000, the rest is the last number."""
    if not weights or sum(weights) > BUCKETS or min(weights) < 0:
        raise ValueError("weights are shares of 10,000")
    edges = [sum(weights[:place]) for place in range(len(weights) + 1)]
    sizes = dict(_rows(_sql.arms, audience=audience_id, salt=salt, edges=edges))
    return [sizes.get(place + 1, 0) for place in range(len(edges))]


def newest_snapshot() -> tuple[Snapshot, Borders] | None:
    """The newest borders of RFM."""
    with Cursor(_connection()) as cursor:
        borders = newest_borders(cursor)
    return (Snapshot.objects.get(pk=borders.id), borders) if borders else None


def cells(borders: Borders, zone: str, scope: Scope) -> dict[tuple[int, int], tuple[int, int]]:
    """(R, F) → buyers of a scope and their net revenue."""
    columns = {"recency": list(borders.recency), "frequency": list(borders.frequency), "zone": zone, **scope.parameters()}
    return {(r, f): (count, net) for r, f, count, net in _rows(_sql.cells, **columns)}


def trait_names() -> list[str]:
    return [row[0] for row in _rows(_sql.values_of, limit=300)]


def fact_names(today: date) -> list[str]:
    """Names of the facts of the last year, the most frequent first."""
    return [row[0] for row in _rows(_sql.fact_names, since=today - timedelta(days=365), limit=200)]


def category_names() -> list[tuple[str, str]]:
    return _rows(_sql.categories, limit=500)


def _connection() -> Any:
    connection.ensure_connection()
    return connection.connection


def _rows(statement: str, **columns: Any) -> list[Any]:
    with Cursor(_connection()) as cursor:
        cursor.execute(statement, columns)
        return cursor.fetchall()
