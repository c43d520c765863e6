"""The members and orders that a series of events touches, walked through the fold. No database: previews and tests walk it too."""

from datetime import datetime
from typing import NamedTuple

from siyu.facts.rules import Fact, Merged

from .earning import Note
from .fold import bring_in, earn, follow, granted, join, keep_promise, learn, order_of, promised, ripen, told
from .ledger import Member, Move, Outcome, Posting, Purchase, Reduction
from .person import BIRTHDAY
from .programme import BROUGHT_IN, IDENTIFIED, ORDER_PAID, TIER_BROUGHT_IN, Programme
from .seen import NOTHING_SHARED
from .tiers.value import Floor


class News(NamedTuple):
    """A move of tier, and the fact behind it; None when time alone made it."""

    move: Move
    cause: Fact | None


class Book:
    """State by member and by order, and what the events so far would write."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.members: dict[int, Member] = {}
        self.purchases: dict[tuple[str, str], Purchase] = {}
        self.postings: list[Posting] = []
        self.news: list[News] = []
        self.reductions: list[tuple[Reduction, Fact]] = []  # what refunds are to be reduced by, and the facts behind it
        self.promised: list[tuple[Fact, Floor]] = []  # tiers brought in from another system
        self.shared = NOTHING_SHARED
        self.notes: dict[int, list[Note]] | None = None  # by fact, for whoever asks what each rule made of it
        self.until: datetime | None = None  # up to which time has passed
        self.holders: dict[int, int] = {}  # of accounts: the member each was opened for → the member who has it
        self._survivors: dict[int, int] = {}

    def tell(self, fact: Fact) -> None:
        """One fact: first what it does to an order's earnings, then what it earns."""
        order = order_of(fact)
        purchase = None
        if order is not None and not (fact.name == ORDER_PAID and (fact.member_id is None or fact.is_historical)):
            purchase = self.purchases.get(order) or Purchase(order)
        if purchase is not None and fact.name != ORDER_PAID:
            purchase = self.purchases[order] = told(purchase, fact)  # type: ignore[index]
            if purchase.earner is not None:
                self._take(follow(self.programme, self.member(purchase.earner), fact, purchase, self.shared), fact)
        if fact.member_id is None or (fact.is_historical and fact.name not in self.programme.counted):
            self._learn(fact)
            return
        if fact.name == BROUGHT_IN:
            self._take(bring_in(self.programme, self.member(fact.member_id), fact), fact)
        if fact.name == TIER_BROUGHT_IN and (floor := promised(self.programme, fact)) is not None:
            self.promised.append((fact, floor))
            self._take(keep_promise(self.programme, self.member(fact.member_id), fact, floor), fact)
        if fact.name == ORDER_PAID or self.programme.in_force(fact.name, fact.business_day) or fact.name in self.programme.counted:
            notes = self.notes.setdefault(fact.id, []) if self.notes is not None else None
            self._take(earn(self.programme, self.member(fact.member_id), fact, purchase, self.shared, notes), fact)
        self._learn(fact)

    def _learn(self, fact: Fact) -> None:
        if fact.name == IDENTIFIED and fact.member_id is not None and BIRTHDAY in self.programme.needs:
            member = learn(self.member(fact.member_id), fact)
            self.members[member.id] = member

    def merge(self, merged: Merged) -> None:
        """The loser's part joins the survivor's; from here on its orders are the survivor's."""
        survivor, loser = self.member(merged.survivor_id), self.member(merged.loser_id)
        self.members.pop(loser.id, None)
        self._survivors[loser.id] = survivor.id
        self._take(join(self.programme, survivor, loser, merged.clock), None)

    def take(self, outcome: Outcome) -> None:
        """What a move that somebody asked for did."""
        self._take(outcome, None)

    def grant(self, member_id: int, floors: dict[str, tuple[Floor, ...]], at: datetime) -> None:
        """The tiers that staff have granted to a member are these, from an instant on."""
        self._take(granted(self.programme, self.member(member_id), floors, at), None)

    def pass_time(self, until: datetime) -> None:
        """What is due up to an instant, for everybody in the book."""
        self.until = until
        for member in list(self.members.values()):
            if member.due_at is not None and member.due_at <= until:
                self._take(ripen(self.programme, member, until), None)

    def member(self, member_id: int) -> Member:
        """The member, or whoever it was merged into by the events so far."""
        while member_id in self._survivors:
            member_id = self._survivors[member_id]
        return self.members.get(member_id) or Member(member_id)

    def _take(self, outcome: Outcome, cause: Fact | None) -> None:
        self.members[outcome.member.id] = outcome.member
        if outcome.shared is not NOTHING_SHARED:
            self.shared = outcome.shared
        if outcome.purchase is not None:
            self.purchases[outcome.purchase.order] = outcome.purchase
        self.postings += outcome.postings
        if cause is not None:
            self.reductions += [(reduction, cause) for reduction in outcome.reductions]
        for move in outcome.moves:
            self.news.append(News(move, cause if move.fact_id is not None else None))
