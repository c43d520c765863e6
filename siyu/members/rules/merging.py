"""Why rules merge; and mergers as the rooms' mergers get them: pairs of (survivor, loser), of which one may name the loser of another."""

from collections.abc import Sequence

from siyu.lib.words import gettext_noop

BY_RULE = "rule"  # nobody of the staff
ONE_LINK = gettext_noop("one link joins their handles")
EARLIER_PROOF = gettext_noop("an earlier proof arrived: the links of these handles were replayed in order of time")


def became(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Loser → who it has become when all of these mergers are done."""
    into = {loser: survivor for survivor, loser in pairs}
    ends = {}
    for loser, member in into.items():
        while member in into:
            member = into[member]
        ends[loser] = member
    return ends
