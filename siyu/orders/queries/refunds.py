"""Refunds and adjustments as lists and pages show them."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from siyu.lib.web.keyset import Position, cut
from siyu.merchant.rules import Scope

from ..models import Adjustment, Refund

_LIMIT = 500  # refunds shown with one order or member


def refunds(scope: Scope, at: Position, *, loose: bool = False, number: str = "") -> "list[Refund]":
    """A page of refunds, newest first; the sort key is (occurred_at, id). `loose`: only those whose order is unknown."""
    return list(cut(_wanted(scope, loose, number), at, "-occurred_at", "-id"))


def walk_refunds(scope: Scope, limit: int, *, loose: bool = False, number: str = "") -> "Iterator[Refund]":
    """The newest `limit` refunds, one after another, for a file."""
    return _wanted(scope, loose, number).order_by("-occurred_at", "-id")[:limit].iterator(chunk_size=2000)


def refunds_of_order(order_id: int) -> "list[Refund]":
    """The refunds of one order, newest first."""
    return list(Refund.objects.filter(order_id=order_id).select_related("source").order_by("-occurred_at", "-id")[:_LIMIT])


def loose_refunds_of_member(member_id: int) -> "list[Refund]":
    """A member's refunds whose orders are unknown, newest first."""
    found = Refund.objects.filter(identity__member_id=member_id, order=None).select_related("shop", "source")
    return list(found.order_by("-occurred_at", "-id")[:_LIMIT])


def adjustments(scope: Scope, at: Position) -> "list[Adjustment]":
    """A page of adjustments, newest first. They belong to no buyer, so a narrowed scope sees none."""
    found = Adjustment.objects.select_related("shop", "source")
    return list(cut(found if scope.is_whole else found.none(), at, "-occurred_at", "-id"))


def _wanted(scope: Scope, loose: bool, number: str) -> "QuerySet[Refund]":
    found = Refund.objects.select_related("shop", "source", "order__identity__member", "identity__member")
    if scope.assistant_id is not None:
        found = found.filter(_of(Q(identity__member__assistant_id=scope.assistant_id)))
    if scope.store_ids is not None:
        found = found.filter(Q(order__store_id__in=scope.store_ids) | _of(Q(identity__member__store_id__in=scope.store_ids)))
    if loose:
        found = found.filter(order=None)
    if number:
        found = found.filter(order_number=number)
    return found


def _of(own: Q) -> Q:
    """A condition on the buyer: that of the order, else of the refund's own handle."""
    ((path, value),) = own.children  # type: ignore[misc]
    return Q((f"order__{path}", value)) | (own & Q(order__identity=None))
