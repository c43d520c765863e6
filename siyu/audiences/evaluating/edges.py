"""What a judgement changes: who is in, how many, since when; the news of it, and tags that follow it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.clock import business_day
from siyu.lib.sql import array, statements
from siyu.members.services import sync_tag

from .standing import Standing

_sql = statements("siyu.audiences", "evaluating")
ENTERED, LEFT = "audience.entered", "audience.left"


class Edge(NamedTuple):
    """A member came into an audience, or went."""

    audience: Standing
    member_id: int
    is_in: bool
    because: str  # fact · time · merge · change · rule
    cause: Fact | None = None
    at: datetime | None = None
    mark: str = ""  # tells apart what time, or a service, does twice at one instant
    is_told: bool = True


def write(cursor: Cursor, batch: Batch, edges: Sequence[Edge]) -> None:
    """The memberships themselves."""
    for statement, chosen in ((_sql.enter, [e for e in edges if e.is_in]), (_sql.leave, [e for e in edges if not e.is_in])):
        if chosen:
            columns = {"members": [e.member_id for e in chosen], "audiences": [e.audience.id for e in chosen]}
            cursor.execute(statement, columns if statement is _sql.leave else {**columns, "now": batch.until})


def count(cursor: Cursor, batch: Batch, edges: Sequence[Edge]) -> None:
    """Sizes, and the day's comings and goings."""
    came: dict[int, int] = {}
    went: dict[int, int] = {}
    for edge in edges:
        side = came if edge.is_in else went
        side[edge.audience.id] = side.get(edge.audience.id, 0) + 1
    audiences = sorted(came.keys() | went.keys())
    changes = [came.get(number, 0) - went.get(number, 0) for number in audiences]
    cursor.execute(_sql.resize, {"audiences": array(audiences), "changes": array(changes)})
    count_day(cursor, batch, {number: (came.get(number, 0), went.get(number, 0)) for number in audiences})


def count_day(cursor: Cursor, batch: Batch, moved: Mapping[int, tuple[int, int]]) -> None:
    columns = {
        "day": business_day(batch.until, batch.zone),
        "audiences": array(moved),
        "entered": array(came for came, _ in moved.values()),
        "went": array(went for _, went in moved.values()),
    }
    cursor.execute(_sql.count_day, columns)


def tag(cursor: Cursor, batch: Batch, edges: Sequence[Edge]) -> None:
    """Tags of audiences that are kept as tags, too."""
    for audience in {edge.audience.id: edge.audience for edge in edges if edge.audience.tag}.values():
        own = [edge for edge in edges if edge.audience.id == audience.id]
        on, off = [e.member_id for e in own if e.is_in], [e.member_id for e in own if not e.is_in]
        sync_tag(cursor, audience.tag, on, off, by=tagger(audience.id), now=batch.until)


def tag_all(cursor: Cursor, batch: Batch, audience: Standing) -> None:
    """The tag of an audience that was judged as a whole, on those too who were in before it had one."""
    if audience.tag:
        cursor.execute(_sql.untagged, {"audience": audience.id, "tag": audience.tag})
        sync_tag(cursor, audience.tag, [member for (member,) in cursor.fetchall()], [], by=tagger(audience.id), now=batch.until)


def tagger(audience_id: int) -> str:
    """Who put a tag there, in the words of taggings."""
    return f"audience:{audience_id}"


def news(edges: Sequence[Edge]) -> list[Derived]:
    """The facts that tell of it."""
    return [
        Derived(
            name=ENTERED if edge.is_in else LEFT,
            reaction="audiences.evaluate",
            member_id=edge.member_id,
            properties={"audience": edge.audience.id, "because": edge.because},
            cause=edge.cause,
            at=None if edge.cause else edge.at,
            discriminator=f"{edge.audience.id} {edge.mark}",
        )
        for edge in edges
        if edge.is_told
    ]
