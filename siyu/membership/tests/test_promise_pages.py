"""The pages of benefits and plans: written, shown, used for a member, as CSV, and within the viewer's scope."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.loyalty.services import install_default_programme
from siyu.membership.models import Benefit, BenefitGrant, BenefitUse, Plan, Subscription
from siyu.membership.pages.promise_addresses import urlpatterns
from siyu.membership.services.benefits import BenefitAsk, grant_benefit, use_benefit
from siyu.membership.services.benefits import BenefitGift as Gift
from siyu.merchant.queries import today
from siyu.merchant.rules import PERMISSIONS, SYSTEM, Role
from siyu.merchant.services import create_staff

from .scene import LI, happens, member, rows

pytestmark = pytest.mark.django_db
PLAN = {
    "name": "年卡", "price_minor": "365.00", "months": 0, "days": 365, "rank": 1, "trial_days": 7, "trial_price_minor": "1",
    "grace_days": 3, "notice_days": 5, "refund": "pro_rata", "full_days": 0, "benefits": ["shipping"],
}  # fmt: skip
SHIPPING = {"name": "包邮", "times": 2, "per": "month", "tiers": ["bronze"], "more": "silver 4", "trial_days": 0, "term_fee_minor": "12"}
SHIPPING |= {"term_threshold_minor": "0"}


def client_of(role: Role, **reach: object) -> Client:
    made = create_staff(SYSTEM, f"a-{role}", "Ana", role, **reach)  # type: ignore[arg-type]
    browser = Client()
    browser.force_login(apps.get_model("merchant", "Staff").objects.get(pk=made.id))
    return browser


@pytest.fixture
def operator() -> Client:
    """An operator who has published a benefit and a plan, and a member who is there."""
    day = today(utc_now())
    install_default_programme(SYSTEM, day - timedelta(days=60))
    happens("page.viewed", "ann", utc_now() - timedelta(minutes=1))
    browser = client_of(Role.OPERATOR)
    answers = [
        browser.post(f"{reverse('benefit-new')}?kind=free_shipping", {**SHIPPING, "code": "shipping", "from_day": str(day)}),
        browser.post(reverse("plan-new"), {**PLAN, "code": "year", "from_day": str(day)}),
    ]
    assert [answer.status_code for answer in answers] == [302, 302], [answer.content.decode() for answer in answers]
    return browser


def public_id(who: str = "ann") -> str:
    return rows("SELECT public_id FROM members_member WHERE id = %s", [member(who)])[0][0]


def posted(browser: Client, name: str, *arguments: Any, **told: Any) -> Any:
    """Fill in a form as a browser shows it, hidden fields included."""
    url = reverse(name, args=arguments)
    form = browser.get(url).context["form"]
    return browser.post(url, {"key": form.initial.get("key", ""), **told})


def test_what_is_written_stands_as_versions(operator: Client) -> None:
    assert Benefit.objects.get().definition["sources"] == [
        {"by": "tier", "codes": ["bronze"], "times": None},
        {"by": "tier", "codes": ["silver"], "times": 4},
    ]
    assert (Plan.objects.get().definition["price_minor"], Plan.objects.get().definition["trial"]["price_minor"]) == (36_500, 100)

    edit = operator.get(reverse("benefit-edit", args=["shipping"]))
    again = {name: value for name, value in edit.context["form"].initial.items() if value is not None}
    operator.post(reverse("benefit-edit", args=["shipping"]), {**again, "term_fee_minor": "15", "term_threshold_minor": "0", "tags": "VIP"})

    assert Benefit.objects.get(version=2).definition["terms"]["fee_minor"] == 1_500
    assert Benefit.objects.get(version=2).definition["sources"][-1] == {"by": "tag", "codes": ["VIP"], "times": None}


def test_a_benefit_is_used_and_given_back_at_the_desk(operator: Client) -> None:
    who = public_id()
    posted(operator, "member-benefit-use", who, "shipping", quantity=1, ref="order 7")
    use = BenefitUse.objects.get()
    assert (use.ref, use.source, use.value_minor) == ("order 7", "staff", 1_200)

    posted(operator, "member-benefit-give-back", who, use.body["key"], because="cancelled")

    assert BenefitUse.objects.get().returned == 1
    assert "order 7" in operator.get(reverse("member-benefits", args=[who])).content.decode()
    assert operator.get(f"{reverse('benefit-uses')}?csv=1").getvalue().decode().count("order 7") == 1
    assert [row.record.benefit for row in operator.get(reverse("benefit-uses")).context["table"].rows] == ["包邮"]


def test_a_used_up_benefit_is_refused_beside_the_form(operator: Client) -> None:
    use_benefit(LI, [BenefitAsk(member("ann"), "shipping", "u1", 2)], utc_now())

    answer = posted(operator, "member-benefit-use", public_id(), "shipping", quantity=1)

    assert answer.status_code == 200
    assert BenefitUse.objects.count() == 1
    assert answer.context["form"].non_field_errors()


def test_a_plan_is_sold_cancelled_resumed_and_refunded(operator: Client) -> None:
    who = public_id()
    posted(operator, "member-plan-pay", who, plan="year", amount_minor="365", because="payment 4711")
    posted(operator, "member-plan-cancel", who, because="asked")
    assert Subscription.objects.get().state == "cancelled"
    posted(operator, "member-plan-resume", who, because="asked")
    assert Subscription.objects.get().state == "active"
    assert "年卡" in operator.get(reverse("plans")).content.decode()
    assert [row.record.plan for row in operator.get(reverse("subscribers")).context["table"].rows] == ["年卡"]
    assert "年卡" in operator.get(f"{reverse('member', args=[who])}?tab=benefits").content.decode()

    posted(operator, "member-plan-refund", who, because="moved")
    pump(utc_now())

    assert (Subscription.objects.get().state, Subscription.objects.get().refunded_minor) == ("ended", 36_500)


def test_a_benefit_is_given_and_taken_back_by_hand(operator: Client) -> None:
    posted(operator, "member-benefit-give", public_id(), benefit="shipping", because="sorry", times=3)
    grant = BenefitGrant.objects.get()
    posted(operator, "member-benefit-take-back", public_id(), grant.pk, because="mistake")

    assert BenefitGrant.objects.get().revoked_at is not None


def test_the_usual_benefits_are_installed_only_when_asked(operator: Client) -> None:
    assert Benefit.objects.values("code").distinct().count() == 1

    operator.post(reverse("benefits-usual"))
    operator.post(reverse("benefits-usual"))

    assert set(Benefit.objects.values_list("code", flat=True)) == {
        "shipping", "free_shipping", "birthday_gift", "priority_support", "early_access",
    }  # fmt: skip


def test_a_benefit_and_a_plan_end_when_confirmed(operator: Client) -> None:
    day = str(today(utc_now()))
    operator.post(reverse("benefit-end", args=["shipping"]), {"last_day": day, "code": "other"})
    assert Benefit.objects.get().archived_at is None

    operator.post(reverse("benefit-end", args=["shipping"]), {"last_day": day, "code": "shipping"})
    operator.post(reverse("plan-end", args=["year"]), {"last_day": day})

    assert Benefit.objects.get().archived_at is not None
    assert Plan.objects.get().archived_at is not None


@pytest.mark.parametrize("role", [Role.OWNER, Role.ANALYST, Role.FINANCE, Role.CUSTOMER_SERVICE])
def test_each_role_opens_exactly_the_pages_it_may(operator: Client, role: Role) -> None:
    (grant,) = grant_benefit(LI, [Gift(member("ann"), "shipping", "g1", "gift")], utc_now())
    known = {"public_id": public_id(), "code": "shipping", "pk": grant, "key": "k"}
    browser = client_of(role)
    for one in urlpatterns:
        arguments = {name: known[name] for name in one.pattern.converters}
        if str(one.name).startswith("plan") and "code" in arguments:
            arguments["code"] = "year"
        status = browser.get(reverse(str(one.name), kwargs=arguments)).status_code
        assert status == (200 if one.callback.required_permission in PERMISSIONS[role] else 403), one.name


def test_an_assistant_sees_only_own_customers(operator: Client) -> None:
    use_benefit(LI, [BenefitAsk(member("ann"), "shipping", "u1", 1, "order 7")], utc_now())
    browser = client_of(Role.SHOP_ASSISTANT)

    assert browser.get(reverse("member-benefits", args=[public_id()])).status_code == 404
    assert "order 7" not in browser.get(reverse("benefit-uses")).content.decode()
    assert "order 7" in operator.get(reverse("benefit-uses")).content.decode()
