"""Why these handles are one person: every merge with its evidence, every claim that was not followed, every handle."""

from typing import Any

from siyu.members import queries as members

from .telling import Answer, Teller


def why_merge(member_id: int, teller: Teller) -> Answer:
    """Handles, merges (undone ones too), conflicts."""
    handles = members.identities([member_id], unmasked=teller.unmasked)
    yield "head", f"Handles: {len(handles)}"
    named = {handle.id: f"{handle.kind} {handle.value}" for handle in handles}
    for handle in handles:
        came = "" if handle.origin_id == handle.member_id else f", came with member {handle.origin_id}"
        yield "line", f"{handle.kind} {handle.value}, first seen {teller.instant(handle.first_seen)}{came}"
    merges = members.merges(member_id)
    yield "head", f"Merges: {len(merges)}"
    for merge in merges[: teller.limit]:
        yield "line", f"{teller.instant(merge.merged_at)}  member {merge.loser_id} into {merge.survivor_id}, by {merge.by}: {merge.because}"
        yield "detail", _evidence(merge.evidence, named)
        if merge.undone_at:
            yield "detail", f"undone {teller.instant(merge.undone_at)} by {merge.undone_by}: {merge.undone_because}"
    for conflict in members.conflicts(member_id)[: teller.limit]:
        ends = f"{conflict.left_kind} of member {conflict.left_member} and {conflict.right_kind} of member {conflict.right_member}"
        yield "line", f"not followed ({conflict.state}): {ends}, claimed {teller.instant(conflict.occurred_at)} by {conflict.proof}"


def _evidence(evidence: dict[str, Any], named: dict[int, str]) -> str:
    links = evidence.get("links") or ([{**evidence["link"], **evidence}] if "link" in evidence else [])
    told = "; ".join(_link(link, named) for link in links) or "claims were replayed in order of time"
    moved = ", ".join(named.get(number, f"handle {number}") for number in evidence.get("moved", ()))
    return f"evidence: {told}; moved: {moved or 'nothing'}"


def _link(link: dict[str, Any], named: dict[int, str]) -> str:
    ends = " with ".join(
        named.get(link[end], f"{kind} (handle {link[end]})") for end, kind in zip(("left", "right"), link["kinds"], strict=True)
    )
    return f"{ends}, proof {link['proof']}, said {link['occurred_at']}"
