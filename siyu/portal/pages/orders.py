"""A member's own orders."""

from django.http import Http404, HttpResponse
from django.urls import reverse

from siyu.merchant.rules import WHOLE
from siyu.orders.queries import lines_of, one_order, orders_of_member, refunds_of_order

from ..access import MemberRequest, member_only
from ..words import STATUSES, said
from .parts import show

MAX_ORDERS = 100
MAX_LINES = 100


@member_only
def orders(request: MemberRequest) -> HttpResponse:
    """The newest orders through all handles of the member."""
    found = orders_of_member(request.member.id, MAX_ORDERS)
    rows = [(order, said(STATUSES, order.status)) for order in found]
    return show(request, "orders", {"tab": "me", "back_url": reverse("m:me"), "rows": rows, "is_cut": len(found) == MAX_ORDERS})


@member_only
def order(request: MemberRequest, number: int) -> HttpResponse:
    """One order, if it is the member's own."""
    found = one_order(WHOLE, number)
    if found is None or found.buyer_id != request.member.id:
        raise Http404
    context = {
        "tab": "me",
        "back_url": reverse("m:orders"),
        "order": found,
        "status": said(STATUSES, found.status),
        "lines": lines_of(found.id, MAX_LINES),
        "steps": [(said(STATUSES, step), at) for step, at in found.steps],
        "refunds": refunds_of_order(found.id),
    }
    return show(request, "order", context)
