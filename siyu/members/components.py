"""Which handles are one person when limits bite: the links of a component, replayed in order of time.

The partition is a pure function of the set of links, so it does not depend on the order in which they arrived.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from .rules import Policy


class Claim(NamedTuple):
    """A link: two handles (by number, smaller first), when and by what it was first said, how it ended, and by which proof."""

    left: int
    right: int
    occurred_at: datetime
    message: UUID
    state: str = "joined"
    proof: str = ""

    @property
    def order(self) -> tuple[datetime, UUID]:
        return self.occurred_at, self.message


def place_in(message: UUID, place: int) -> UUID:
    """By what a claim is ordered among those of one instant: its message and, of those of a message, the place of the handle in it. Where
    limits bite it matters which of them comes first, and a table keeps no order."""
    return UUID(int=message.int & ~0xFF | place)


def may_join(kinds: Iterable[str], others: Iterable[str], ends: tuple[str, str], policy: Policy) -> bool:
    """Whether two groups of handles may become one person by a link between `ends` (kinds of its handles).

    Never beyond a kind's limit; and a weak link (one that a shared device could make) never joins two identified people.
    """
    one, two = Counter(kinds), Counter(others)
    if any(one[kind] + two[kind] > policy.kind(kind).limit for kind in one.keys() & two.keys()):
        return False
    if all(policy.kind(kind).is_strong for kind in ends):
        return True
    return not (is_identified(one, policy) and is_identified(two, policy))


def is_identified(kinds: Iterable[str], policy: Policy) -> bool:
    """Whether some handle of these kinds names a person."""
    return any(policy.kind(kind).is_strong for kind in kinds)


class Replayed(NamedTuple):
    """The partition of handles into persons, how each claim ended (joined, conflict, refused), and which of them made two groups one."""

    groups: list[set[int]]
    ended: dict[tuple[int, int], str]
    joining: list[Claim]


def replay(kinds: dict[int, str], claims: Iterable[Claim], policy: Policy) -> Replayed:
    """Follow claims in order of time, each as far as the limits let it."""
    group: dict[int, set[int]] = {handle: {handle} for handle in kinds}
    joining: list[Claim] = []
    claims = sorted(claims, key=lambda claim: claim.order)
    for claim in claims:
        one, two = group[claim.left], group[claim.right]
        if claim.state == "refused" or one is two:
            continue
        ends = kinds[claim.left], kinds[claim.right]
        if may_join([kinds[handle] for handle in one], [kinds[handle] for handle in two], ends, policy):
            joining.append(claim)
            one |= two
            for handle in two:
                group[handle] = one
    ended = {
        (claim.left, claim.right): "refused"
        if claim.state == "refused"
        else "joined"
        if group[claim.left] is group[claim.right]
        else "conflict"
        for claim in claims
    }
    groups = {id(members): members for members in group.values()}
    return Replayed(sorted(groups.values(), key=min), ended, joining)


def chain(joining: Iterable[Claim], ones: Collection[int], others: Collection[int]) -> list[Claim]:
    """The claims that lead from one of some handles to one of the others, in this order; nothing where none do."""
    around: dict[int, list[Claim]] = {}
    for claim in joining:
        around.setdefault(claim.left, []).append(claim)
        around.setdefault(claim.right, []).append(claim)
    ways: dict[int, list[Claim]] = {handle: [] for handle in ones}
    edge = deque(ways)
    while edge:
        handle = edge.popleft()
        if handle in others:
            return ways[handle]
        for claim in around.get(handle, ()):
            other = claim.left + claim.right - handle
            if other not in ways:
                ways[other] = [*ways[handle], claim]
                edge.append(other)
    return []


def evidence(claims: Iterable[Claim], kinds: Mapping[int, str], moved: Sequence[int]) -> dict[str, Any]:
    """Why two became one, as it is kept of a merge: the claims that lead from one to the other, and the handles that moved."""
    links = [
        {
            "left": claim.left,
            "right": claim.right,
            "kinds": [kinds[claim.left], kinds[claim.right]],
            "proof": claim.proof,
            "occurred_at": claim.occurred_at.isoformat(),
            "message": str(claim.message),
        }
        for claim in claims
    ]
    return {"links": links, "moved": moved}
