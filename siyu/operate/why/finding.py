"""Who is meant: a public id, any handle, a phone's last four, an order number, or the beginning of a nickname."""

from siyu.lib.refusal import Refusal
from siyu.members.queries import MemberView, find, member
from siyu.merchant.rules import WHOLE
from siyu.orders.queries import OrderFilter, walk_orders

MOST_SHOWN = 10


def who(text: str) -> MemberView:
    """The one member a text means. Refusals: `why.nobody`, `why.several` (with their public ids)."""
    found = find(text) or _buyers(text)
    people = [person for number in found[:MOST_SHOWN] if (person := member(number, WHOLE)) is not None]
    if not people:
        raise Refusal("why.nobody", f"nobody is known by {text!r}: give a public id, user id, phone, e-mail, order number or nickname")
    if len(found) > 1:
        several = ", ".join(f"{person.public_id} ({person.nickname or 'without a nickname'})" for person in people)
        raise Refusal("why.several", f"{text!r} may mean {len(found)} members; give the public id of one: {several}")
    return people[0]


def _buyers(number: str) -> list[int]:
    orders = walk_orders(WHOLE, OrderFilter(number=number.strip()), MOST_SHOWN)
    return list(dict.fromkeys(order.buyer_id for order in orders if order.buyer_id is not None))
