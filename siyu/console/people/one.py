"""Member 360: everything known of one person, a tab for each kind of knowledge; each tab asks only for its own."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.acquisition.queries import attribution_of
from siyu.audiences.naming import names as audience_names
from siyu.audiences.queries import audiences, audiences_of
from siyu.facts.words import fact_title
from siyu.journeys.queries import journeys, of_member
from siyu.journeys.words import STATUSES as WALKS
from siyu.journeys.words import why_words as walk_why
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position, decode, encode
from siyu.lib.web.parts import Moment, Tab
from siyu.loyalty.queries import ladder, projection, why_points
from siyu.loyalty.queries.corrections import corrections
from siyu.loyalty.queries.units import unit_names
from siyu.members import queries
from siyu.members.queries import MemberView
from siyu.members.rules import BY_RULE, KINDS, Life
from siyu.membership.queries.check_in import check_in_of
from siyu.membership.queries.honours import badges_of
from siyu.membership.queries.mall import redemptions_of
from siyu.membership.queries.panel import panel
from siyu.membership.queries.tasks import tasks_of
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import staff_names, store_names, today
from siyu.merchant.rules import Viewer
from siyu.orders.queries import loose_refunds_of_member, orders_of_member, statistics_of
from siyu.touches.queries import touches
from siyu.touches.queries.words import STATUSES, detail_words, why_words

from ..facts import Names, fact_url, in_words, pairs, values_behind
from ..words import ORDER_STATUSES, PROOFS, REDEMPTION_STATES, TRAITS, said
from .clocks import clock_cards
from .consents import holding, spoken
from .why import floors, line_of, purses

_sql = statements("siyu.console", "people")
MOMENTS = 30  # of a page of the timeline
ENTRIES = 50  # of a page of the ledger
MAX_ORDERS = 100
MAX_PAIRS = 12  # properties of one moment
ICONS = (
    ("order.refunded", "receipt-refund", "red"), ("order.", "shopping-cart", "green"), ("product.", "package", "cyan"),
    ("page.", "eye", "secondary"), ("cart.", "shopping-bag", "cyan"), ("pool.", "user-plus", "blue"), ("friend.", "user-heart", "blue"),
    ("group.", "users-group", "blue"), ("stage.", "stairs", "purple"), ("tier.", "crown", "yellow"), ("consent.", "shield-check", "teal"),
    ("plan.", "crown", "yellow"), ("benefit.", "discount", "green"),
    ("coupon.", "ticket", "pink"), ("campaign.", "speakerphone", "pink"), ("member.", "id", "blue"),
)  # fmt: skip


class Seen(NamedTuple):
    """A member a viewer may see."""

    row: MemberView
    url: str


def seen_member(viewer: Viewer, public_id: str) -> Seen:
    """The member behind a public id, an old one too. Raises `Http404` when there is none, or none that this viewer may see."""
    try:
        row = queries.member(queries.numbered(public_id), viewer.scope)
    except Refusal:
        row = None
    if row is None:
        raise Http404
    return Seen(row, reverse("member", args=[row.public_id]))


@requires("members.view")
def one(request: PageRequest, public_id: str) -> HttpResponse:
    """The page of one member; an old public id leads to who the member became."""
    viewer = request.viewer
    member, url = seen_member(viewer, public_id)
    if member.public_id != public_id:
        return redirect(url)
    tabs = [tab for tab in TABS if not tab.permission or viewer.may(tab.permission)]
    active = next((tab for tab in tabs if tab.key == request.GET.get("tab")), tabs[0])
    life = queries.life(member.id) or Life()
    cards = clock_cards(life, utc_now())
    context = {
        "title": member.nickname or member.public_id,
        "member": member,
        "url": url,
        "cards": cards,
        "tier": projection(member.id, utc_now()),
        "assistant": staff_names().get(member.assistant_id or 0, ""),
        "store": store_names().get(member.store_id or 0, ""),
        "tabs": [Tab(tab.title, f"{url}?tab={tab.key}", tab is active) for tab in tabs],
        **active.content(request, member),
    }
    return render(request, f"console/people/{active.key}.html", context)


def _overview(request: PageRequest, member: MemberView) -> dict[str, Any]:
    sums = statistics_of(member.id)
    return {
        "identities": queries.identities([member.id]),
        "traits": [(one, said(TRAITS, one.name)) for one in queries.traits(member.id)],
        "tags": queries.tags(member.id),
        "tag_names": [name for name, _colour, _count in queries.all_tags()],
        "consents": holding(queries.consents(member.id)),
        "said": spoken(queries.consents_said(member.id)),
        "attribution": attribution_of(member.id),
        "seen": queries.seen(member.id),
        "sums": sums,
        "net_minor": sums.revenue_minor - sums.refunded_minor,
        "purses": purses(member.id),
        "may_unmask": request.viewer.may("members.unmask"),
    }


def _orders(request: PageRequest, member: MemberView) -> dict[str, Any]:
    found = orders_of_member(member.id, MAX_ORDERS)
    return {
        "orders": [(order, *ORDER_STATUSES.get(order.status, (order.status, "secondary"))) for order in found],
        "refunds": loose_refunds_of_member(member.id),
        "sums": statistics_of(member.id),
        "is_cut": len(found) == MAX_ORDERS,
    }


def _points(request: PageRequest, member: MemberView) -> dict[str, Any]:
    cursor = request.GET.get("cursor", "")
    before = decode("why", cursor).key if cursor else None
    reasons = why_points(member.id, ENTRIES + 1, **({"before": before[0]} if before else {}))
    older = encode("why", (reasons[ENTRIES - 1].id,)) if len(reasons) > ENTRIES else ""
    units, tiers = unit_names(), _tiers()
    return {
        "purses": purses(member.id),
        "floors": floors(member.id, utc_now()),
        "waiting": [
            (one, units.get(one.unit, one.unit)) for one in corrections(Position(limit=ENTRIES), state="waiting", member=member.id)
        ],
        "lines": [line_of(reason, units, tiers) for reason in reasons[:ENTRIES]],
        "older": older,
        "is_older": bool(cursor),
    }


def _membership(request: PageRequest, member: MemberView) -> dict[str, Any]:
    now = utc_now()
    return {
        "badges": badges_of(member.id),
        "check_in": check_in_of(member.id, now),
        "tasks": tasks_of(member.id, now),
        "redemptions": [
            (own.view, REDEMPTION_STATES.get(own.view.state, (own.view.state, "secondary"))) for own in redemptions_of(member.id)
        ],
    }


def _history(request: PageRequest, member: MemberView) -> dict[str, Any]:
    cursor = request.GET.get("cursor", "")
    before: Any = decode("timeline", cursor).key if cursor else None
    found = queries.timeline(member.id, before=before, limit=MOMENTS + 1)
    older = encode("timeline", (found[MOMENTS - 1].occurred_at, found[MOMENTS - 1].id)) if len(found) > MOMENTS else ""
    plain = values_behind(row.properties for row in found)
    may_open, names = request.viewer.may("facts.view"), _names()
    return {"moments": [_moment(row, plain, names, may_open) for row in found[:MOMENTS]], "older": older, "is_older": bool(cursor)}


def _names() -> Names:
    """What a timeline's facts tell of, by name."""
    walks = {one.code: one.name for archived in (False, True) for one in journeys(archived)}
    return Names({str(number): name for number, name in audience_names().items()}, walks, _tiers())


def _tiers() -> dict[str, str]:
    return {step.code: step.shown for step in ladder(today(utc_now()))}


def _moment(row: queries.TimelineView, plain: Any, names: Names, may_open: bool) -> Moment:
    icon, colour = next(((icon, colour) for begin, icon, colour in ICONS if row.name.startswith(begin)), ("point", "secondary"))
    url = fact_url(row.occurred_at, row.id) if may_open else ""
    told = in_words(row.name, row.properties, names)
    shown = [] if told else [pair for pair in pairs(row.name, row.properties, plain, MAX_PAIRS) if pair[1]]
    return Moment(row.occurred_at, fact_title(row.name), detail=told, icon=icon, colour=colour, url=url, badge=row.badge, facts=shown)


def _audiences(request: PageRequest, member: MemberView) -> dict[str, Any]:
    inside = audiences_of(member.id)
    return {"audiences": [(one, inside.get(one.id)) for one in audiences(request.viewer.scope) if one.version]}


def _journeys(request: PageRequest, member: MemberView) -> dict[str, Any]:
    found = of_member(member.id)
    return {
        "walks": [
            (one, WALKS.get(one.status, (one.status, "secondary")), walk_why(one.why) if one.status != "waiting" else "") for one in found
        ]
    }


def _touches(request: PageRequest, member: MemberView) -> dict[str, Any]:
    found = touches(request.viewer.scope, Position(limit=MAX_ORDERS), member_id=member.id)
    said = [(one, STATUSES.get(one.status, (one.status, "secondary")), why_words(one.why), detail_words(one.detail)) for one in found]
    return {"touches": said}


def _merges(request: PageRequest, member: MemberView) -> dict[str, Any]:
    merges, conflicts = queries.merges(member.id), queries.conflicts(member.id)
    ids = {number for merge in merges for number in (merge.survivor_id, merge.loser_id)}
    ids |= {number for conflict in conflicts for number in (conflict.left_member, conflict.right_member)}
    with connection.cursor() as cursor:
        cursor.execute(_sql.public_ids, {"ids": list(ids)})
        names = dict(cursor.fetchall())
    handles = {one.id: f"{gettext(one.title)} {one.value}" for one in queries.identities([member.id])}
    return {
        "merges": [
            (
                merge,
                names.get(merge.loser_id, ""),
                [_claim(claim, handles) for claim in merge.claims],
                [handles[number] for number in merge.moved if number in handles],
                _decided(merge.by, merge.because),
                _decided(merge.undone_by, merge.undone_because),
                merge.survivor_id == member.id and merge.undone_at is None,
            )
            for merge in merges
        ],
        "conflicts": [
            (one, _kind(one.left_kind), _kind(one.right_kind), said(PROOFS, one.proof), _other(one, member.id, names)) for one in conflicts
        ],
    }


def _claim(claim: queries.ClaimView, handles: dict[int, str]) -> tuple[str, str, str, datetime]:
    """Both handles, masked; those that are another member's by now only by their kind."""
    ends = zip((claim.left_id, claim.right_id), claim.kinds, strict=True)
    left, right = (handles.get(number) or _kind(kind) for number, kind in ends)
    return left, right, said(PROOFS, claim.proof), claim.occurred_at


def _decided(by: str, because: str) -> str:
    """Who decided it, and why: a rule says so in the reader's language, a colleague as it was written."""
    return gettext(because) if by == BY_RULE else f"{by}: {because}"


def _kind(code: str) -> str:
    return gettext(KINDS[code].title) if code in KINDS else code


def _other(conflict: queries.ConflictView, member_id: int, names: dict[int, str]) -> str:
    other = conflict.right_member if conflict.left_member == member_id else conflict.left_member
    return names.get(other, "") if other != member_id else ""


def _benefits(request: PageRequest, member: MemberView) -> dict[str, Any]:
    return panel(member.id, request.viewer, utc_now())


class _TabOf(NamedTuple):
    key: str
    title: Any
    permission: str
    content: Callable[[PageRequest, MemberView], dict[str, Any]]


TABS: Sequence[_TabOf] = (
    _TabOf("overview", _("Overview"), "", _overview),
    _TabOf("orders", _("Orders"), "orders.view", _orders),
    _TabOf("points", _("Points and why"), "loyalty.view", _points),
    _TabOf("benefits", _("Benefits and plan"), "membership.view", _benefits),
    _TabOf("membership", _("Behaviours and honours"), "membership.view", _membership),
    _TabOf("history", _("Timeline"), "", _history),
    _TabOf("audiences", _("Audiences"), "audiences.view", _audiences),
    _TabOf("journeys", _("Journeys"), "journeys.view", _journeys),
    _TabOf("touches", _("Touches"), "touches.view", _touches),
    _TabOf("merges", _("Merges"), "", _merges),
)
