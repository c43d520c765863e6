"""What the database knows of earlier entries, asked for many members at once, and kept up while a batch is walked."""

from collections.abc import Callable, Iterable

from psycopg import Cursor

from siyu.audiences.queries import inside
from siyu.lib.sql import statements

from ..rules.entering import Earlier
from ..rules.plan import Plan

_sql = statements("siyu.journeys", "walking")
Asked = tuple[Plan, int, str]  # plan, member, key


class Ledger:
    """Earlier entries by journey and member, as members were before the batch's merges; `final` says who they are at its end."""

    def __init__(self, cursor: Cursor, final: Callable[[int], int]) -> None:
        self.cursor, self.final = cursor, final
        self.known: dict[tuple[int, int], Earlier] = {}
        self.asked: set[tuple[int, int, str]] = set()
        self.merged: dict[int, list[int]] = {}  # survivor → those that became it in this batch

    def earlier(self, journey_id: int, member_id: int, key: str) -> Earlier:
        return self.known.setdefault((journey_id, member_id), Earlier())

    def merge(self, survivor: int, loser: int) -> None:
        self.merged.setdefault(survivor, []).extend([loser, *self.merged.pop(loser, ())])
        for (journey, member), earlier in list(self.known.items()):
            if member == loser:
                self.earlier(journey, survivor, "").join(earlier)

    def fetch(self, wanted: Iterable[Asked]) -> None:
        """Ask for what nobody asked yet: of a member, and of all who became it."""
        cells: dict[tuple[int, int, str], tuple[Plan, int]] = {}
        for plan, member, key in wanted:
            for one in (member, *self.merged.get(member, ())):
                cell = (plan.journey_id, one, key)
                if cell not in self.asked:
                    cells[cell] = (plan, member)
        if not cells:
            return
        self.asked |= cells.keys()
        plans = [plan for plan, _ in cells.values()]
        columns = {
            "journeys": [journey for journey, _, _ in cells],
            "members": [member for _, member, _ in cells],
            "keys": [key for _, _, key in cells],
            "asks_last": [plan.entry.again_after_days > 0 for plan in plans],
            "asks_way": [not plan.entry.at_once for plan in plans],
        }
        self.cursor.execute(_sql.earlier, columns, binary=True)
        for journey, member, key, is_taken, last, under_way in self.cursor.fetchall():
            found = Earlier({key} if is_taken else set(), last, set(under_way or ()))
            self.earlier(journey, cells[journey, member, key][1], key).join(found)
        self._shut(cells)

    def _shut(self, cells: dict[tuple[int, int, str], tuple[Plan, int]]) -> None:
        """Whoever stands on the wrong side of an audience by which the journey is left does not enter."""
        shut = {plan.journey_id: plan.shut for plan, _ in cells.values() if plan.shut}
        for journey, exits in shut.items():
            members = {member for place, member, _ in cells if place == journey}
            for one in exits:
                within = inside(one.audience, [self.final(member) for member in members])
                for member in members:
                    if (self.final(member) in within) == (one.edge == "entered"):
                        self.earlier(journey, member, "").outside = True
