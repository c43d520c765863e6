"""What staff and rooms do to members: own assistant, tags, merge and undo, rungs. Sets where they can be; one is a list of one."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import connection, transaction
from psycopg import Cursor

from siyu.facts.rules import Derived, Fact
from siyu.facts.services import BATCH_LOCK
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.lib.wired import wired
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from .. import components, news
from ..components import Claim
from ..locking import lock
from ..reactions import put_tags
from ..replay import Settling, load_component, settle
from ..rules import HELD_RUNGS, RUNGS, Policy, Rung, bit, policy_of
from ..rules.identity import ERASED

_sql = statements("siyu.members", "services")
_resolver = statements("siyu.members", "resolver")
MAX_SET = 100_000  # members of one call


def touch(cursor: Cursor, member_ids: Collection[int]) -> None:
    """Tell the rooms above that members changed without a fact: `wiring.TOUCHED`. Facts and merges tell it by themselves."""
    if member_ids:
        for tell in wired("TOUCHED"):
            tell(cursor, list(member_ids))


def sync_tag(cursor: Cursor, name: str, on: Collection[int], off: Collection[int], *, by: str, now: datetime) -> None:
    """Put a tag on members and take it off others, from whom it goes only when the same `by` had put it there."""
    if on:
        put_tags(cursor, [(member, name, now) for member in on], by)
    if off:
        cursor.execute(_sql.untag_by, {"name": name, "members": list(off), "by": by})
    touch(cursor, [*on, *off])


def assign_assistants(by: Actor, assignments: Sequence[tuple[int, int | None, int | None]]) -> None:
    """Give members their own assistant and store: (member, staff id or None, store id or None). Refusal: `assign.too_many`."""
    _bounded(assignments)
    with transaction.atomic(), connection.cursor() as cursor:
        members = [member for member, _, _ in assignments]
        assistants, stores = [row[1] for row in assignments], [row[2] for row in assignments]
        lock(cursor.cursor, members)
        cursor.execute(_sql.assign, {"members": members, "assistants": assistants, "stores": stores})
        touch(cursor.cursor, members)
        audit(by, "members.assigned", "members", {"members": len(members), "first": members[:20]})


def tag(by: Actor, member_ids: Sequence[int], name: str, *, now: datetime) -> None:
    """Put a tag on members; made on first use. Refusal: `tag.name`."""
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise Refusal("tag.name", "a tag's name has 1 to 60 characters")
    _bounded(member_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        put_tags(cursor.cursor, [(member, name, now) for member in member_ids], by.name)
        touch(cursor.cursor, member_ids)
        audit(by, "members.tagged", "members", {"tag": name, "members": len(member_ids), "first": list(member_ids)[:20]})


def untag(by: Actor, member_ids: Sequence[int], name: str) -> int:
    """Take a tag off members; returns from how many."""
    _bounded(member_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.untag, {"name": name, "members": list(member_ids)})
        taken = cursor.rowcount
        touch(cursor.cursor, member_ids)
        audit(by, "members.untagged", "members", {"tag": name, "members": taken, "first": list(member_ids)[:20]})
    return taken


def merge_members(by: Actor, survivor: int, other: int, because: str, *, now: datetime) -> None:
    """Say that two members are one person. Refusals: `merge.because`, `merge.same`, `merge.unknown`, `merge.erased`, `merge.limit`."""
    if not because.strip():
        raise Refusal("merge.because", "say how you know that these two are one person")
    if survivor == other:
        raise Refusal("merge.same", "these are the same member")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])
        policy = policy_of(settings_book(), today(now))
        ends = _ends(cursor.cursor, [survivor, other], policy)
        if len(ends) < 2:
            raise Refusal("merge.unknown", "one of these members does not exist, or was merged already")
        component = load_component(cursor.cursor, list(ends.values()))
        kinds = [[component.kinds[handle] for handle, owner in component.members.items() if owner == member] for member in ends]
        if any(ERASED.name in of_one for of_one in kinds):
            raise Refusal("merge.erased", "one of these members was erased: who that was is not known any more")
        if not components.may_join(kinds[0], kinds[1], ("user_id", "user_id"), policy):
            raise Refusal("merge.limit", "together they would have more handles of one kind than a member may have")
        claim = Claim(min(ends.values()), max(ends.values()), now, uuid4())
        _keep_claim(cursor.cursor, claim)
        settled = settle(cursor.cursor, [claim.left], policy, _settling(cursor.cursor, by, because, now, survivor))
        news.keep(cursor.cursor, settled.news)
        audit(by, "members.merged", f"member:{survivor}", {"other": other}, because)


def _ends(cursor: Cursor, members: Sequence[int], policy: Policy) -> dict[int, int]:
    """Member → the oldest handle that names a person, if any does: by a device, two people whom handles name would not become one."""
    cursor.execute(_sql.handles_of, {"members": list(members)})
    rows = sorted(cursor.fetchall(), key=lambda row: (policy.kind(row[2]).is_strong, -row[1]))
    return {member: handle for member, handle, _ in rows}


def undo_merge(by: Actor, merge_id: int, because: str, *, now: datetime) -> None:
    """Make two people of one again: history goes with its handles, value posted before the merge returns.

    Refusals: `merge.because`, `merge.unknown`.
    """
    if not because.strip():
        raise Refusal("merge.because", "say how you know that these are two people")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])
        cursor.execute(_sql.merge, {"id": merge_id})
        row = cursor.fetchone()
        if row is None:
            raise Refusal("merge.unknown", "there is no such merge, or it was undone already")
        survivor, loser, evidence = row
        moved = json.loads(evidence)["moved"]
        cursor.execute(_sql.refuse_links, {"moved": moved})
        policy = policy_of(settings_book(), today(now))
        settled = settle(cursor.cursor, moved, policy, _settling(cursor.cursor, by, because, now, survivor))
        news.keep(cursor.cursor, settled.news)
        audit(by, "members.unmerged", f"member:{survivor}", {"other": loser, "merge": merge_id}, because)


def hold_rungs(cursor: Cursor, held: Mapping[int, Collection[Rung]]) -> None:
    """Loyalty writes down on which of the rungs that a tier gives (member, super member) members stand now."""
    if held:
        columns = {"members": list(held), "bits": [sum(bit(rung) for rung in rungs) for rungs in held.values()]}
        mask = sum(bit(rung) for rung in HELD_RUNGS)
        cursor.execute(_sql.hold_rungs, {**columns, "mask": mask, "names": [rung.value for rung in RUNGS]})


def rung_news(member_id: int, rung: Rung, *, held: bool, cause: Fact | None, at: datetime) -> Derived:
    """The fact that tells of a rung reached by a tier, or left with it."""
    return Derived(
        name="stage.changed",
        reaction="members.rungs",
        member_id=member_id,
        properties={"clock": "ladder", "from": "" if held else rung.value, "to": rung.value if held else ""},
        cause=cause,
        at=None if cause else at,
        discriminator=f"{rung.value} {held}",
    )


def _bounded(members: Sequence[object]) -> None:
    if len(members) > MAX_SET:
        raise Refusal("members.too_many", f"at most {MAX_SET:,} members at a time")


def _settling(cursor: Cursor, by: Actor, because: str, now: datetime, member: int) -> Settling:
    cursor.execute(_sql.sources, {"member": member})
    row = cursor.fetchone()
    return Settling(now, by.name, because, row[0] if row else 1)


def _keep_claim(cursor: Cursor, claim: Claim) -> None:
    cursor.execute(
        _resolver.keep_links,
        {
            "left": [claim.left],
            "right": [claim.right],
            "occurred_at": [claim.occurred_at],
            "message": [claim.message],
            "proof": ["staff"],
            "state": ["joined"],
        },
    )
    cursor.execute(_sql.allow_link, {"left": claim.left, "right": claim.right})
