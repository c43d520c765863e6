"""Settling a component whose limits are at stake: replay its links, then make the tables say what came out.

Used by the pump when an earlier proof arrives late, and by staff who merge two members or undo a merge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from secrets import token_hex
from struct import Struct
from typing import Any, NamedTuple

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Merged
from siyu.lib import wire
from siyu.lib.sql import statements
from siyu.lib.wired import wired

from . import components
from .components import Claim
from .locking import lock
from .rules import Policy

_sql = statements("siyu.members", "resolver")
_MEMBER = Struct(">hiqi16si?iqiih")  # columns; id, public_id, is_identified, created_at, no nickname, source_id
_SURVIVOR = Struct(">iq")
MAX_ROUNDS = 30  # steps from handle to handle
MAX_HANDLES = 5_000  # of a component; beyond it a handle is a shared device and its further links are not followed


@dataclass(frozen=True, slots=True)
class Settling:
    """When, by whom and why a component is settled; `source_id` is given to members that come out of it anew."""

    at: datetime
    by: str
    because: str
    source_id: int


@dataclass(slots=True)
class Component:
    """Handles that links connect (refused and conflicting ones too), and the people they belong to."""

    kinds: dict[int, str] = field(default_factory=dict)
    members: dict[int, int] = field(default_factory=dict)  # handle → member
    origins: dict[int, int] = field(default_factory=dict)  # handle → the member it came with
    claims: list[Claim] = field(default_factory=list)
    joining: list[Claim] = field(default_factory=list)  # those that make people one, once they are replayed


class Settled(NamedTuple):
    """Handle → member for all of a component; and who became one by it, or two again: every room knows of them, the log does not yet."""

    owners: dict[int, int]
    news: list[Merged]


def load_component(cursor: Cursor, handles: Sequence[int]) -> Component:
    """The component of these handles: everything reachable by links, and by belonging to one member."""
    component = Component()
    claims: dict[tuple[int, int], Claim] = {}
    reached: set[int] = set()
    edge = set(handles)
    for _ in range(MAX_ROUNDS):
        cursor.execute(_sql.companions, {"ids": list(edge)})
        edge |= {row[0] for row in cursor.fetchall()}
        cursor.execute(_sql.links_of, {"ids": list(edge)})
        for row in cursor.fetchall():
            claims[(row[0], row[1])] = Claim(*row)
        reached |= edge
        edge = {handle for pair in claims for handle in pair} - reached
        if not edge or len(reached) > MAX_HANDLES:
            break
    cursor.execute(_sql.handles, {"ids": list(reached)})
    for handle, kind, member, origin in cursor.fetchall():
        component.kinds[handle], component.members[handle], component.origins[handle] = kind, member, origin
    component.claims = [claim for (left, right), claim in claims.items() if left in component.kinds and right in component.kinds]
    return component


def settle(cursor: Cursor, handles: Sequence[int], policy: Policy, settling: Settling) -> Settled:
    """Replay the component of these handles and write the outcome."""
    component = load_component(cursor, handles)
    groups, ended, component.joining = components.replay(component.kinds, component.claims, policy)
    people = set(component.members.values()) | set(component.origins.values())
    cursor.execute(_sql.standing_of, {"ids": list(people)})
    standing = {number: (identified, merged_into) for number, identified, merged_into in cursor.fetchall()}
    lock(cursor, list(standing))
    owners = _assign(cursor, groups, component, standing, settling, policy)
    _write_links(cursor, ended)
    moved = {handle: owner for handle, owner in owners.items() if component.members[handle] != owner}
    if moved:
        cursor.execute(_sql.move_identities, {"ids": list(moved), "members": list(moved.values())})
    news = _write_people(cursor, component, owners, standing, settling)
    _write_identified(cursor, component, owners, policy)
    return Settled(owners, news)


def _assign(
    cursor: Cursor,
    groups: list[set[int]],
    component: Component,
    standing: dict[int, tuple[bool, int | None]],
    settling: Settling,
    policy: Policy,
) -> dict[int, int]:
    """A member for each group: one that a handle of it came with, people's handles choosing before devices'; else one that has a handle
    of it; else a new one, with whom its handles come from now on."""
    strong = {handle: origin for handle, origin in component.origins.items() if policy.kind(component.kinds[handle]).is_strong}
    taken: dict[int, int] = {}  # place of the group → member
    for whose in (strong, component.origins, component.members):
        for place, group in enumerate(groups):
            free = {whose[handle] for handle in group if handle in whose} - set(taken.values())
            if place not in taken and free:
                taken[place] = min(free, key=lambda number: (not standing[number][0], number))
    owners: dict[int, int] = {}
    for place, group in enumerate(groups):
        if place not in taken:
            taken[place] = _new_member(cursor, settling)
            cursor.execute(_sql.come_with, {"ids": list(group), "member": taken[place]})
            component.origins |= dict.fromkeys(group, taken[place])
        owners |= dict.fromkeys(group, taken[place])
    return owners


def _new_member(cursor: Cursor, settling: Settling) -> int:
    cursor.execute(_sql.reserve_members, {"count": 1})
    number = cursor.fetchone()[0]  # type: ignore[index]
    wire.copy(cursor, _sql.add_members, [member_row(number, False, settling.at, settling.source_id, None)])
    return number


def member_row(number: int, is_identified: bool, created_at: datetime, source_id: int, merged_into: int | None) -> bytes:
    """A new member as COPY wants it; the public id is made here."""
    own = _MEMBER.pack(7, 8, number, 16, token_hex(8).encode(), 1, is_identified, 8, wire.microseconds(created_at), 0, 2, source_id)
    return own + (wire.NULL if merged_into is None else _SURVIVOR.pack(8, merged_into))


def _write_links(cursor: Cursor, ended: dict[tuple[int, int], str]) -> None:
    if ended:
        columns = {"left": [left for left, _ in ended], "right": [right for _, right in ended], "state": list(ended.values())}
        cursor.execute(_sql.set_states, columns)


def _write_people(
    cursor: Cursor, component: Component, owners: dict[int, int], standing: dict[int, tuple[bool, int | None]], settling: Settling
) -> list[Merged]:
    """Members left without a group are merged into the one that has their handles; those who got one back live again. Who was merged
    before, and whose handles have come to somebody else since, is merged into that one."""
    live = set(owners.values())
    was_live = {number for number, (_, merged_into) in standing.items() if merged_into is None}
    first = sorted(component.kinds, reverse=True)
    came_with = {component.origins[handle]: owners[handle] for handle in first}
    had = {component.members[handle]: owners[handle] for handle in first}
    own = {component.members[handle]: owners[handle] for handle in first if component.members[handle] == component.origins[handle]}
    survivor_of = came_with | had | own
    gone = was_live - live
    before = {component.origins[handle]: component.members[handle] for handle in first}
    now = {number: survivor_of[owner] if owner in gone else owner for number, owner in before.items()}  # by the merges that stand
    turned = {number for number in standing.keys() - live - was_live if number in now and now[number] != survivor_of[number]}
    merged = [(survivor_of[number], number) for number in sorted(gone | turned) if number in survivor_of]
    revived = sorted(live & standing.keys() - was_live)
    if revived:
        cursor.execute(_sql.revive, {"ids": revived})
    news: list[Merged] = []
    if undone := sorted({*revived, *turned}):
        cursor.execute(_sql.undo_merges, {"ids": undone, "at": settling.at, "by": settling.by, "because": settling.because})
        news += [_news(settling, *row, is_undone=True) for row in sorted(cursor.fetchall(), key=itemgetter(2))]
    if merged:
        numbers = _log_merged(cursor, component, merged, settling)
        news += [_news(settling, *pair, number) for pair, number in zip(merged, numbers, strict=True)]
        absorb(cursor, merged)
        pairs = {"survivors": [survivor for survivor, _ in merged], "losers": [loser for _, loser in merged]}
        cursor.execute(_sql.lend_rungs, pairs)
        cursor.execute(_sql.drop_lives, {"members": pairs["losers"]})
    moved = [handle for handle, owner in owners.items() if component.members[handle] != owner]
    changed = sorted({owners[handle] for handle in moved} | {component.members[handle] for handle in moved} & live | set(revived))
    if changed:
        release(cursor, list(zip(changed[-1:] + changed[:-1], changed, strict=True)))
    return news


def _news(settling: Settling, survivor: int, loser: int, merge: int, *, is_undone: bool = False) -> Merged:
    return Merged(seq=-1, clock=settling.at, survivor_id=survivor, loser_id=loser, merge_id=merge, is_undone=is_undone)


def _log_merged(cursor: Cursor, component: Component, merged: list[tuple[int, int]], settling: Settling) -> list[int]:
    evidence = [msgspec.json.encode(_evidence(component, *pair)).decode() for pair in merged]
    numbers = merge_numbers(cursor, len(merged))
    losers, survivors = [loser for _, loser in merged], [survivor for survivor, _ in merged]
    mark_merged(cursor, losers, survivors)
    columns: dict[str, list[Any]] = {
        "ids": numbers,
        "survivor": survivors,
        "loser": losers,
        "at": [settling.at] * len(merged),
        "by": [settling.by] * len(merged),
        "because": [settling.because] * len(merged),
        "evidence": evidence,
    }
    cursor.execute(_sql.log_merges, columns)
    return numbers


def _evidence(component: Component, survivor: int, loser: int) -> dict[str, Any]:
    """What leads from a handle of the one to a handle of the other."""
    moved = _of(component, loser)
    claims = components.chain(component.joining, moved or _had(component, loser), _of(component, survivor) or _had(component, survivor))
    return components.evidence(claims, component.kinds, moved)


def _had(component: Component, member: int) -> list[int]:
    """The handles that a member had until now."""
    return [handle for handle, owner in component.members.items() if owner == member]


def _of(component: Component, member: int) -> list[int]:
    """The handles that came with a member."""
    return [handle for handle, origin in component.origins.items() if origin == member]


def mark_merged(cursor: Cursor, losers: list[int], survivors: list[int]) -> None:
    """Merged members point to who they became, and lend what that member lacks: assistant and store."""
    pairs = {"losers": losers, "survivors": survivors}
    cursor.execute(_sql.lend, pairs)
    cursor.execute(_sql.mark_merged, pairs)


def merge_numbers(cursor: Cursor, count: int) -> list[int]:
    """Numbers for so many merges to be."""
    cursor.execute(_sql.reserve_merges, {"count": count})
    return [row[0] for row in cursor.fetchall()]


def _write_identified(cursor: Cursor, component: Component, owners: dict[int, int], policy: Policy) -> None:
    kinds: dict[int, list[str]] = {}
    for handle, owner in owners.items():
        kinds.setdefault(owner, []).append(component.kinds[handle])
    cursor.execute(
        _sql.set_identified,
        {"ids": list(kinds), "identified": [components.is_identified(own, policy) for own in kinds.values()]},
    )


def absorb(cursor: Cursor, pairs: list[tuple[int, int]]) -> None:
    """Let every room absorb the losers' state into their survivors': pairs of (survivor, loser)."""
    for merger in _mergers():
        merger.absorb(cursor, pairs)


def release(cursor: Cursor, pairs: list[tuple[int, int]]) -> None:
    """Let every room set both members of each pair to what their own handles say; value posted for the second returns to it."""
    for merger in _mergers():
        merger.release(cursor, pairs)


def _mergers() -> list[Any]:
    return wired("MERGERS")
