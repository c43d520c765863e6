"""The fold of loyalty: one event of one member → the member's new state, and what is to be written. Everything calls this.

`ripen` lets time pass, `earn` answers a fact with what its rules give, `follow` lets an order's later facts change what it
earned, `join` makes two members one. Given equal arguments they answer equally, at any time, on any machine.
"""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from siyu.facts.rules import Fact
from siyu.lib.clock import FOR_EVER, midnight

from .earning import Note, count_fact, earn_by_rules
from .ledger import TRACK, Hold, Member, Outcome, Purchase
from .moves import grant
from .orders import receive, reverse
from .person import birthday_of
from .person import joined as joined_person
from .programme import OF_ORDERS, ORDER_CLOSED, ORDER_PAID, ORDER_RECEIVED, ORDER_REFUNDED, Programme, whole
from .seen import NOTHING_SHARED, Shared
from .standing import by_time, joined_standings, times_of
from .terms import USUAL
from .tiers.value import Floor
from .turn import Turn


def ripen(programme: Programme, member: Member, until: datetime) -> Outcome:
    """Everything that is due up to an instant, each at its own."""
    turn = Turn(programme, member)
    turn.ripen(until)
    return turn.outcome()


def earn(
    programme: Programme,
    member: Member,
    fact: Fact,
    purchase: Purchase | None = None,
    shared: Shared = NOTHING_SHARED,
    notes: list[Note] | None = None,
) -> Outcome:
    """What the rules in force on the fact's business day give. `purchase` is the order of an `order.paid`; it earns once.

    Refunds that came before their order are taken off at once. `notes` are filled with what each rule made of the fact.
    """
    turn = Turn(programme, member, shared)
    turn.notes = notes
    turn.begin(fact)
    order = purchase if fact.name == ORDER_PAID else None
    if fact.is_historical or (order is not None and order.paid_at is not None):
        if fact.name in programme.counted:
            count_fact(turn)
        return turn.outcome(purchase)
    if order is not None:
        order = _paid(order, fact)
    lots = earn_by_rules(turn, order)
    if fact.name in programme.counted:
        count_fact(turn)
    if order is not None:
        order = purchase = msgspec.structs.replace(order, lots=lots, earner=member.id if lots else None)
        if order.is_undone:
            reverse(turn, order)
    if turn.has_grown:
        turn.judge()
    return turn.outcome(purchase)


def bring_in(programme: Programme, member: Member, fact: Fact) -> Outcome:
    """Opening value of another system: a lot of its own, to the end of its last day. What cannot be read brings nothing in."""
    turn = Turn(programme, member)
    turn.begin(fact)
    unit, amount, ends = fact.properties.get("unit"), whole(fact.properties.get("amount")), fact.properties.get("expires_on")
    last = _last_day(ends)
    if isinstance(unit, str) and amount > 0 and last > date.min and programme.units.at(unit, fact.business_day) is not None:
        ended = midnight(last + timedelta(days=1), programme.zone)
        grant(turn, unit, amount, ended if ends else USUAL, kind="import", part=fact.mark.hex())
        if turn.has_grown:
            turn.judge()
    return turn.outcome()


def promised(programme: Programme, fact: Fact) -> Floor | None:
    """The tier that a member held in another system, by code or name, as a floor of the main track to the end of its last day.

    None when no tier is called so, or its last day has passed: the fact then stands in the log, and changes nothing.
    """
    track, told, ends = programme.track(TRACK), fact.properties.get("tier"), fact.properties.get("until")
    tiers = track.ladder_at(fact.clock).tiers if track is not None else ()
    tier = next((one for one in tiers if told == one.code), None) or next((one for one in tiers if told == one.name), None)
    until = programme.zones.starts(_last_day(ends) + timedelta(days=1))
    return Floor(tier.code, fact.clock, until) if tier is not None and until > fact.clock else None


def keep_promise(programme: Programme, member: Member, fact: Fact, floor: Floor) -> Outcome:
    """A tier brought in holds from now on: everything is judged with it."""
    turn = Turn(programme, member)
    turn.begin(fact)
    floors = {**member.floors, TRACK: (*member.floors.get(TRACK, ()), floor)}
    turn.before = msgspec.structs.replace(turn.before, floors=floors)
    turn.judge(anyway=True)
    return turn.outcome()


def follow(programme: Programme, member: Member, fact: Fact, purchase: Purchase, shared: Shared = NOTHING_SHARED) -> Outcome:
    """What an order's refund, receipt or closing does to what it earned. `member` is who earned; `purchase` has been told of the fact."""
    turn = Turn(programme, member, shared)
    turn.begin(fact)
    if fact.name == ORDER_RECEIVED:
        receive(turn, purchase)
    else:
        reverse(turn, purchase)
    if turn.has_grown:
        turn.judge()
    return turn.outcome(purchase)


def learn(member: Member, fact: Fact) -> Member:
    """What a fact says of a person that rules ask for: the birthday."""
    born = birthday_of(fact.properties.get("traits"), fact.occurred_at, fact.message)
    if born is None or (member.person.birthday is not None and member.person.birthday.stamp >= born.stamp):
        return member
    return msgspec.structs.replace(member, person=msgspec.structs.replace(member.person, birthday=born))


def told(purchase: Purchase, fact: Fact) -> Purchase:
    """The order, having heard of its refund, receipt or closing: each numbered refund counts once, and the first receipt and closing."""
    if fact.name == ORDER_REFUNDED:
        return _refunded(purchase, fact)
    if fact.name == ORDER_RECEIVED and purchase.received_at is None:
        return msgspec.structs.replace(purchase, received_at=fact.occurred_at)
    if fact.name == ORDER_CLOSED and purchase.closed_at is None:
        return msgspec.structs.replace(purchase, closed_at=fact.occurred_at)
    return purchase


def join(programme: Programme, survivor: Member, loser: Member, at: datetime) -> Outcome:
    """Two members become one: values and used caps add up, and the tier is that of the growth of both. A merge is no `tier.changed`."""
    first, second = Turn(programme, survivor), Turn(programme, loser)
    first.ripen(at)
    second.ripen(at)
    one, other = first.outcome().member, second.outcome().member
    growth = one.growth + other.growth
    joined = msgspec.structs.replace(
        one,
        lots={**one.lots, **other.lots},
        used={key: _sum(one.used.get(key), other.used.get(key)) for key in {**one.used, **other.used}},
        debts={**one.debts, **other.debts},
        holds=_held(one.holds, other.holds),
        active={**one.active, **other.active},
        growth=growth,
        movements=tuple(sorted(one.movements + other.movements, key=by_time)),
        floors={code: one.floors.get(code, ()) + other.floors.get(code, ()) for code in {**one.floors, **other.floors}},
        gifts=one.gifts | other.gifts,
        person=joined_person(one.person, other.person),
    )
    if other.is_measured:  # else the tier stays what it was
        joined = msgspec.structs.replace(joined, standings=joined_standings(programme, one, other, joined, at), is_joined=True)
    due = [one.due_at, other.due_at, *times_of(programme, joined.standings)]
    joined = msgspec.structs.replace(joined, due_at=min((due_at for due_at in due if due_at is not None), default=None))
    return Outcome(joined, None, first.postings + second.postings, first.moves + second.moves)


def granted(programme: Programme, member: Member, floors: dict[str, tuple[Floor, ...]], at: datetime) -> Outcome:
    """Staff grant a tier or take one away: with these floors everything is judged at this instant."""
    turn = Turn(programme, member)
    turn.ripen(at)
    turn.at, turn.day = at, programme.zones.day_of(at)
    turn.before = msgspec.structs.replace(turn.before, floors=floors)
    turn.judge(anyway=True)
    return turn.outcome()


def order_of(fact: Fact) -> tuple[str, str] | None:
    """Shop code and order number of an order's fact; None when it names no order."""
    if fact.name not in OF_ORDERS:
        return None
    shop, number = fact.properties.get("shop"), fact.properties.get("order_number")
    if type(shop) is not str or type(number) is not str:
        shop, number = _word(shop), _word(number)
    return (shop, number) if number else None


def _refunded(purchase: Purchase, fact: Fact) -> Purchase:
    number = _word(fact.properties.get("refund"))
    if number and number in purchase.refunds:
        return purchase
    refunded = purchase.refunded_minor + max(whole(fact.properties.get("amount_minor")), 0)
    refunds = (*purchase.refunds, number) if number else purchase.refunds
    return msgspec.structs.replace(purchase, refunded_minor=refunded, refunds=refunds)


def _paid(purchase: Purchase, fact: Fact) -> Purchase:
    received_at = purchase.received_at or (fact.occurred_at if fact.properties.get("is_in_store") is True else None)
    amount = max(whole(fact.properties.get("amount_minor")), 0)
    return msgspec.structs.replace(purchase, paid_at=fact.occurred_at, base_minor=amount, received_at=received_at)


def _last_day(told: Any) -> date:
    """A last day as a fact tells it; `FOR_EVER` where it names none, the earliest day where it cannot be read."""
    if not told:
        return FOR_EVER
    try:
        return min(date.fromisoformat(told), FOR_EVER)
    except (TypeError, ValueError):
        return date.min


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _held(one: dict[str, Hold], other: dict[str, Hold]) -> dict[str, Hold]:
    """The holds of both; one that lay on lots of both is whole again."""
    joined = {**one, **other}
    for key in one.keys() & other.keys():
        joined[key] = msgspec.structs.replace(one[key], parts={**one[key].parts, **other[key].parts})
    return joined


def _sum(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int]:
    (points, times), (more_points, more_times) = one or (0, 0), other or (0, 0)
    return points + more_points, times + more_times
