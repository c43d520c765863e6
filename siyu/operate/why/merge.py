"""Why these handles are one person: every merge with its evidence, every claim that was not followed, every handle."""

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
        yield "detail", _evidence(merge, named, teller)
        if merge.undone_at:
            yield "detail", f"undone {teller.instant(merge.undone_at)} by {merge.undone_by}: {merge.undone_because}"
    for conflict in members.conflicts(member_id)[: teller.limit]:
        ends = f"{conflict.left_kind} of member {conflict.left_member} and {conflict.right_kind} of member {conflict.right_member}"
        yield "line", f"not followed ({conflict.state}): {ends}, claimed {teller.instant(conflict.occurred_at)} by {conflict.proof}"


def _evidence(merge: members.MergeView, named: dict[int, str], teller: Teller) -> str:
    told = "; ".join(_claim(claim, named, teller) for claim in merge.claims) or "claims were replayed in order of time"
    moved = ", ".join(named.get(number, f"handle {number}") for number in merge.moved)
    return f"evidence: {told}; moved: {moved or 'nothing'}"


def _claim(claim: members.ClaimView, named: dict[int, str], teller: Teller) -> str:
    ends = zip((claim.left_id, claim.right_id), claim.kinds, strict=True)
    words = " with ".join(named.get(number, f"{kind} (handle {number})") for number, kind in ends)
    return f"{words}, proof {claim.proof}, said {teller.instant(claim.occurred_at)}"
