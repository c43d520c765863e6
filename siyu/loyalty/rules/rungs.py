"""Which rungs of the relationship ladder a tier gives: above the lowest tier one is a member, on the highest a super member."""

from siyu.members.rules import Rung

from .tiers.ladder import Ladder


def rungs_of(ladder: Ladder, tier: str) -> frozenset[Rung]:
    """The rungs that holding `tier` (a code, empty for none) gives on a version of the tiers."""
    codes = [step.code for step in ladder.tiers]
    rank = codes.index(tier) if tier in codes else 0
    rungs = set()
    if rank >= 1:
        rungs.add(Rung.MEMBER)
    if rank >= 2 and rank == len(codes) - 1:
        rungs.add(Rung.SUPER_MEMBER)
    return frozenset(rungs)
