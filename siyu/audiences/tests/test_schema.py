"""The published schema keeps its word: rules that it allows are taken, or refused with a reason; and all ways of judging agree on them."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.audiences import queries
from siyu.audiences.checking import checked
from siyu.audiences.conditions import kinds
from siyu.audiences.evaluating.looking import everybody
from siyu.audiences.models import Membership
from siyu.audiences.rules import parsed
from siyu.audiences.schema import schema
from siyu.audiences.services import create
from siyu.audiences.why import why
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.members.services import tag
from siyu.merchant.rules import SYSTEM, WHOLE
from siyu.merchant.services import set_setting

from .drawing import ANYTHING, drawn
from .test_agreement import undone

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
NAMES = ("page.viewed", "product.viewed", "cart.added", "order.paid")
AGO = (40, 20, 8, 7, 6, 3, 1, 0)
PLANS: tuple[Any, ...] = ("a", "b", 3, True, ["a", "上海"])
SOME = settings(
    max_examples=int(os.environ.get("SIYU_EXAMPLES", "6")),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def happens(name: str, user: str, at: datetime, **properties: Any) -> None:
    message = f"{name} {user} {at.isoformat()}"
    fact = Incoming(name=name, occurred_at=at, message=message, handles=[Handle("user_id", user)], properties=properties)
    record([fact], source="web", received_at=NOW)


def people() -> list[int]:
    """Five members with a past of forty days; one has a tag, one is on a list, one in another audience."""
    set_setting(SYSTEM, "merchant.zone", ZONE.key, from_day=date(2020, 1, 1), initial=True)
    for number, plan in enumerate(PLANS):
        for days in AGO[number:]:
            name, at = NAMES[(number + days) % len(NAMES)], NOW - timedelta(days=days, hours=number)
            told = {"shop": "web", "order_number": f"{number}-{days}", "amount_minor": 100 * days} if name == "order.paid" else {}
            happens(name, f"u{number}", at, price=10.5 * days, sku=f"sku-{number}", **told)
        traits = {"plan": plan, "birthday": "1990-02-28", "score": 1.5 * number, "city": "上海"}
        happens("member.identified", f"u{number}", NOW - timedelta(days=2), traits=traits)
    assert not pump(NOW).stopped
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM members_member WHERE is_identified ORDER BY id")
        members = [number for (number,) in cursor.fetchall()]
    tag(SYSTEM, members[:1], "上海", now=NOW)
    return members


def refusal(call: Callable[[], Any]) -> str:
    """The code with which a call is refused, if it says why; empty when it is not."""
    try:
        call()
    except Refusal as refused:
        return refused.code if str(refused.because) else "no reason"
    return ""


def kept(audience: int) -> set[int]:
    return set(Membership.objects.filter(audience_id=audience).values_list("member_id", flat=True))


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_rule_that_the_schema_allows_is_judged_alike_in_every_way_or_refused_with_a_reason(kind: str) -> None:
    members, published = people(), schema()

    @SOME
    @given(drawn(published["$defs"][kind], published), st.booleans())
    def tried(terms: dict[str, Any], is_negated: bool) -> None:
        rule = {"not": terms} if is_negated else terms
        with undone():
            if code := refusal(lambda: queries.preview(rule, NOW, WHOLE)):
                assert code == "rule.invalid"
                return
            audience = create(SYSTEM, "tried", rule, now=NOW)
            assert not pump(NOW).stopped

            inside, tree = kept(audience), parsed(rule, kinds())
            assert queries.preview(rule, NOW, WHOLE).members == len(inside)
            assert {member for member in members if why(tree, member, NOW).holds} == inside
            for at in (NOW + timedelta(hours=1), NOW + timedelta(days=1), NOW + timedelta(days=8)):
                happens("cart.added", "u1", at, price=5, sku="sku-1")
                assert not pump(at).stopped
                with connection.cursor() as cursor:
                    whole = everybody(cursor.cursor, checked(rule)[1], at, ZONE)
                assert {member for member, (is_in, _) in whole.items() if is_in} == kept(audience)

    tried()


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_terms_that_mean_nothing_are_refused_with_a_reason(kind: str) -> None:
    published = schema()

    @settings(SOME, max_examples=50)
    @given(drawn(published["$defs"][kind], published), st.sampled_from(sorted(published["$defs"][kind]["properties"])), ANYTHING)
    def tried(terms: dict[str, Any], name: str, anything: Any) -> None:
        assert refusal(lambda: parsed({**terms, name: anything}, kinds())) in ("", "rule.invalid")

    tried()
