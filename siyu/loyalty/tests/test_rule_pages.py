"""Earn rules in the console: writing a rule without JSON, faults beside their fields, trying it, publishing, ending, deciding."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from siyu.lib.clock import utc_now
from siyu.loyalty.pages.rules.editor_forms import RuleForms
from siyu.loyalty.pages.rules.words import sentences
from siyu.loyalty.queries import approvals, earn_rules, payment_terms, rule_drafts
from siyu.loyalty.rules import default
from siyu.loyalty.services import check_definition, publish_earn_rule
from siyu.loyalty.tests.scene import happens, install, member, pays
from siyu.merchant.queries import today
from siyu.merchant.rules import PERMISSIONS, SYSTEM, Role
from siyu.merchant.services import create_staff

pytestmark = pytest.mark.django_db
RULE_PAGES = ("earn-rules", "earn-rule-new", "earn-approvals", "payment-terms")
TYPED: dict[str, Any] = {
    "name": "满百送",
    "code": "hundred",
    "trigger": "order.paid",
    "unit": "points",
    "formula": "tiered",
    "f-mode": "whole",
    "f-from_0": "100",
    "f-points_0": "50",
    "condition": ["0:member_day", "3:amount"],
    "c0-days_of_month": "8, -1",
    "c3-at_least": "120.50",
    "c3-of": "order",
    "l-points_per_month": "100",
    "l-on_reversal": "keep",
    "b-budget_points": "5000",
    "b-budget_per": "day",
    "b-budget_on_reversal": "give_back",
    "b-approval_above": "40",
    "t-tier_multiplier": "on",
    "t-combine": "highest",
    "t-matures": "after_receipt_days",
    "t-matures_days": "7",
    "t-expires": "after",
    "t-expires_months": "12",
    "t-expires_until": "month",
    "w-property_0": "channel",
    "w-op_0": "ne",
    "w-value_0": "test",
}
MEANT = {
    "trigger": "order.paid",
    "unit": "points",
    "formula": {
        "kind": "tiered",
        "mode": "whole",
        "with_points_part": False,
        "steps": [{"from_minor": 10_000, "points": 50, "per_minor": 0}],
    },
    "where": {"property": "channel", "op": "ne", "value": "test"},
    "conditions": [{"kind": "member_day", "days_of_month": [8, -1]}, {"kind": "amount", "at_least": 12_050, "of": "order"}],
    "caps": {"points_per_month": 100, "on_reversal": "keep"},
    "budget": {"points": 5_000, "per": "day", "on_reversal": "give_back"},
    "approval_above": 40,
    "tier_multiplier": True,
    "combine": "highest",
    "matures": {"kind": "after_receipt_days", "days": 7},
    "expires": {"kind": "after", "days": 0, "weeks": 0, "months": 12, "years": 0, "until_end_of": "month", "until_start_of": ""},
}


def client_of(role: Role) -> Client:
    made = create_staff(SYSTEM, f"r-{role}", "Rui", role)
    browser = Client()
    browser.force_login(apps.get_model("merchant", "Staff").objects.get(pk=made.id))
    return browser


@pytest.fixture
def browser() -> Client:
    return client_of(Role.OWNER)


def draft(browser: Client, **changes: Any) -> Any:
    return browser.post(reverse("earn-rule-new"), {**TYPED, "act": "draft", **changes})


def test_what_is_typed_is_what_the_rule_says(browser: Client) -> None:
    answer = draft(browser)

    assert answer.status_code == 302
    kept = rule_drafts()[0]
    assert (kept.code, kept.name, kept.definition) == ("hundred", "满百送", MEANT)


def test_a_stored_rule_shows_and_is_typed_back_as_it_was() -> None:
    year_end = default.RULES[0][2] | {"expires": {"kind": "year_end", "number": 2}, "where": {"property": "vip", "op": "eq", "value": True}}
    for code, name, definition in (*default.RULES, ("year_end", "x", year_end)):
        shown = RuleForms(stored=definition, code=code, name=name)
        stored = check_definition(definition)
        posted = {form.add_prefix(field): form[field].value() for form in shown.parts for field in form.fields}

        again = RuleForms(_posted({key: value for key, value in posted.items() if value not in (None, "", False)}))

        assert again.is_valid(), [form.errors for form in again.parts]
        assert check_definition(again.definition()) == stored


def test_a_formula_of_many_steps_keeps_every_one_and_too_many_are_refused(browser: Client) -> None:
    many = {f"f-from_{number}": str(100 * (number + 1)) for number in range(21)} | {
        f"f-points_{number}": str(number + 1) for number in range(21)
    }
    nine = {name: value for name, value in many.items() if int(name.rpartition("_")[2]) < 9}

    assert draft(browser, **nine).status_code == 302
    kept = rule_drafts()[0].definition["formula"]["steps"]
    assert [step["points"] for step in kept] == list(range(1, 10))
    page = browser.get(reverse("earn-rule-edit", args=["hundred"])).content.decode()
    assert 'name="f-from_8"' in page

    refused = draft(browser, **many)
    assert refused.status_code == 200
    assert len(rule_drafts()[0].definition["formula"]["steps"]) == 9


def _posted(values: dict[str, Any]) -> QueryDict:
    posted = QueryDict(mutable=True)
    for key, value in values.items():
        posted.setlist(key, [str(value)])
    return posted


@pytest.mark.parametrize(
    ("changes", "form", "field", "code"),
    [
        ({"code": "Hundred!"}, "basics", "code", "earn_rule.code"),
        ({"f-from_0": ""}, "formula", "from_0", "steps.none"),
        ({"t-expires_months": "0"}, "terms", "expires_days", "earn_rule.days"),
        ({"trigger": "member.checked_in"}, "terms", "matures_days", "earn_rule.trigger"),
        ({"c3-at_least": ""}, "c3", None, "earn_rule.condition"),
        ({"condition": ["0:member_day"], "c0-dates": "soon"}, "c0", "dates", "dates"),
    ],
)
def test_a_fault_stands_beside_its_field(browser: Client, changes: dict[str, Any], form: str, field: str | None, code: str) -> None:
    answer = draft(browser, **changes)

    assert answer.status_code == 200
    forms = answer.context["forms"]
    found = next(one for one in forms.conditions if one.prefix == form) if form.startswith("c") else getattr(forms, form)
    errors = found.errors.as_data()[field or "__all__"]
    assert [error.code for error in errors] == [code]
    assert rule_drafts() == []


def test_conditions_come_and_go_without_judging_the_rest(browser: Client) -> None:
    url = reverse("earn-rule-new")
    more = browser.post(url, {**TYPED, "name": "", "act": "add", "added": "birthday"}, headers={"HX-Request": "true"})
    less = browser.post(url, {**TYPED, "act": "remove:0"}, headers={"HX-Request": "true"})

    assert [form.kind for form in more.context["forms"].conditions] == ["member_day", "amount", "birthday"]
    assert b"is-invalid" not in more.content
    assert b"120.50" in more.content
    assert [form.kind for form in less.context["forms"].conditions] == ["amount"]
    assert b"<html" not in less.content


def test_a_draft_is_published_from_a_day_and_ends(browser: Client) -> None:
    day = today(utc_now())
    draft(browser)

    browser.post(
        reverse("earn-rule-edit", args=["hundred"]), {**TYPED, "act": "publish", "from_day": (day + timedelta(days=1)).isoformat()}
    )
    browser.post(
        reverse("earn-rule-edit", args=["hundred"]),
        {**TYPED, "f-points_0": "60", "act": "publish", "from_day": (day + timedelta(days=2)).isoformat()},
    )
    page = browser.get(reverse("earn-rule", args=["hundred"]))
    ended = browser.post(reverse("earn-rule-end", args=["hundred"]), {"last_day": (day + timedelta(days=9)).isoformat()})

    assert [(rule.version, rule.from_day) for rule in earn_rules()] == [(2, day + timedelta(days=2)), (1, day + timedelta(days=1))]
    assert rule_drafts() == []
    (_, _, changes), _ = page.context["versions"]
    assert [("积分 50" in change.before, "积分 60" in change.after) for change in changes] == [(True, True)]
    assert ended.status_code == 302
    assert earn_rules()[0].until_day == day + timedelta(days=9)


def test_a_day_that_is_past_is_said_on_the_page(browser: Client) -> None:
    answer = browser.post(reverse("earn-rule-new"), {**TYPED, "act": "publish", "from_day": "2026-01-01"})

    assert answer.status_code == 200
    assert [error.code for error in answer.context["forms"].basics.errors.as_data()["__all__"]] == ["earn_rule.past"]


def test_the_panels_try_the_rule_as_it_is_typed(browser: Client) -> None:
    install()
    now = utc_now() - timedelta(days=3)
    pays("anna", 30_000, "A1", now)
    public = apps.get_model("members", "Member").objects.get(pk=member("anna")).public_id
    plain = {**TYPED, "condition": [], "b-approval_above": ""}

    on_member = browser.post(reverse("earn-rule-try-member"), {**plain, "who": public})
    on_past = browser.post(reverse("earn-rule-try-past"), plain)
    faulty = browser.post(reverse("earn-rule-try-past"), {**plain, "f-from_0": ""})

    assert [(line.order_number, line.points) for line, _ in on_member.context["lines"]] == [("A1", 50)]
    assert (on_past.context["cost"].points, on_past.context["cost"].members) == (50, 1)
    assert faulty.context["is_readable"] is False


def test_whoever_may_approves(browser: Client) -> None:
    big = {"trigger": "product.reviewed", "formula": {"kind": "fixed", "points": 500}, "approval_above": 100}
    day = today(utc_now())
    publish_earn_rule(SYSTEM, "reviews", "评价积分", big, day, today=day)
    happens("product.reviewed", "anna", utc_now(), sku="tea")
    url = reverse("earn-approval", args=[approvals()[0].id])

    assert client_of(Role.OPERATOR).get(url).status_code == 403
    assert browser.post(url, {"decision": "reject", "because": ""}).status_code == 200
    assert browser.post(url, {"decision": "approve"}).status_code == 302
    assert (approvals(), approvals(waiting=False)[0].state) == ([], "approved")


def test_terms_of_paying_with_points_are_published(browser: Client) -> None:
    page = browser.get(reverse("payment-terms"))
    typed = {"points": "100", "minor": "1", "minimum": "200", "step": "100", "max_share": "30", "max_minor": "50", "from_day": "2030-01-01"}

    assert page.status_code == 200
    assert browser.post(reverse("payment-terms"), typed).status_code == 302
    terms = payment_terms()[0].terms
    assert (terms.minor, terms.max_share, terms.max_minor, terms.minimum, terms.with_coupons) == (100, 3_000, 5_000, 200, False)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.FINANCE, Role.SHOP_ASSISTANT])
def test_each_role_opens_exactly_the_pages_it_may(role: Role) -> None:
    install()
    browser = client_of(role)
    pages = {name: reverse(name) for name in RULE_PAGES} | {"rule": reverse("earn-rule", args=["order_points"])}

    answers = {name: browser.get(url).status_code for name, url in pages.items()}

    may_view = 200 if "loyalty.view" in PERMISSIONS[role] else 403
    assert answers == {name: 403 if name == "earn-rule-new" else may_view for name in pages}


def test_a_rule_is_called_in_the_readers_language_until_the_merchant_calls_it_otherwise() -> None:
    install()
    boss = client_of(Role.OWNER)
    apps.get_model("merchant", "Staff").objects.update(language="en")
    address = reverse("earn-rule-edit", args=["check_in_points"])
    shown = boss.get(address).context["forms"]
    typed = {bound.html_name: bound.value() for form in shown.parts for bound in form if bound.value() not in (None, "", False, [])}

    assert boss.get(reverse("earn-rule", args=["check_in_points"])).context["title"] == "Points for checking in"
    assert typed["name"] == "Points for checking in"
    assert boss.post(address, typed | {"act": "draft"}).status_code == 302
    assert rule_drafts()[0].name == "签到积分"
    assert boss.post(address, typed | {"act": "draft", "name": "Stars for coming"}).status_code == 302
    assert rule_drafts()[0].shown == "Stars for coming"


def test_a_rule_says_what_it_holds_in_words() -> None:
    with override("en"):
        said = sentences(msgspec.to_builtins(check_definition(MEANT | {"formula": {"kind": "per_amount", "points": 1, "per_minor": 100}})))
    assert said == {
        "trigger": "Order paid",
        "unit": "points",
        "formula": "Points per amount (Points 1, For each ¥1.00)",
        "where": "channel ≠ test",
        "conditions": "Member day (Days of each month 8, -1); Amount of the order (At least ¥120.50, Amount of the whole order)",
        "caps": "Points a month 100, What a refund takes back stays used",
        "budget": "Budget for all members 5,000, Budget of a day, What a refund takes back may be given again",
        "approval_above": "40",
        "tier_multiplier": "✓",
        "combine": "the highest holds",
        "matures": "7 days after the order's receipt",
        "expires": "12 months, to the end of the month",
    }
    assert sentences({}) == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_of_a_rule_shows_no_names_of_the_definition(language: str) -> None:
    install()
    boss = client_of(Role.OWNER)
    apps.get_model("merchant", "Staff").objects.update(language=language)
    for code, _name, definition in default.RULES:
        changed = {**definition, "caps": {"points_per_day": 500}, "where": {"any": [{"property": "city", "op": "eq", "value": "上海"}]}}
        publish_earn_rule(SYSTEM, code, "改", changed, today(utc_now()) + timedelta(days=1), today=today(utc_now()), now=utc_now())
        page = boss.get(reverse("earn-rule", args=[code])).content.decode()
        assert "500" in page
        for raw in ("per_minor", "amount_minor", "on_reversal", "after_receipt_days", "until_end_of", "order.paid", "points_per_day"):
            assert raw not in page
