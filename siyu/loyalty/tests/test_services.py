"""Publishing rules and tiers: versions, days, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import earn_rules, ladder
from siyu.loyalty.services import Step, archive_earn_rule, install_default_programme, publish_earn_rule, publish_tiers
from siyu.loyalty.tests.scene import rows
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
SHARING = {"trigger": "product.shared", "formula": {"kind": "fixed", "points": 2}, "caps": {"times_per_day": 3}}


def publish(definition: dict, code: str = "sharing", name: str = "分享积分", day: date = TODAY) -> int:
    return publish_earn_rule(SYSTEM, code, name, definition, day, today=TODAY)


def test_a_rule_is_published_in_versions_and_audited() -> None:
    assert (publish(SHARING), publish(SHARING | {"tier_multiplier": True}, day=date(2026, 4, 1))) == (1, 2)

    newest, first = earn_rules()
    assert (newest.version, newest.from_day, newest.definition["tier_multiplier"]) == (2, date(2026, 4, 1), True)
    assert (first.version, first.definition["caps"]["times_per_day"]) == (1, 3)
    assert rows("SELECT verb, subject FROM merchant_audit") == [("earn_rule.published", "earn_rule:sharing")] * 2


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ({}, "earn_rule.definition"),
        (SHARING | {"unit": "miles"}, "earn_rule.definition"),
        (SHARING | {"colour": "red"}, "earn_rule.definition"),
        (SHARING | {"formula": {"kind": "fixed", "points": 0}}, "earn_rule.definition"),
        (SHARING | {"formula": {"kind": "per_amount", "per_minor": -1}}, "earn_rule.definition"),
        (SHARING | {"formula": {"kind": "per_amount", "property": ""}}, "earn_rule.definition"),
        (SHARING | {"where": {"property": "sku", "op": "resembles", "value": 1}}, "earn_rule.definition"),
        (SHARING | {"trigger": "tier.changed"}, "earn_rule.trigger"),
        (SHARING | {"matures": {"kind": "after_receipt_days"}}, "earn_rule.trigger"),
        (SHARING | {"matures": {"kind": "days_after_fact", "days": -1}}, "earn_rule.days"),
        (SHARING | {"expires": {"kind": "after"}}, "earn_rule.days"),
        (SHARING | {"matures": {"kind": "days_after_fact", "days": 30}, "expires": {"kind": "after", "days": 10}}, "earn_rule.days"),
        (SHARING | {"expires": {"kind": "after", "months": 121}}, "earn_rule.days"),
    ],
)
def test_a_definition_that_means_nothing_is_refused(definition: dict, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        publish(definition)
    assert refused.value.code == code


def test_the_past_stands() -> None:
    publish(SHARING, day=date(2026, 3, 10))
    for act, code in (
        (lambda: publish(SHARING, day=date(2026, 3, 1)), "earn_rule.past"),
        (lambda: publish(SHARING, day=date(2026, 3, 9)), "earn_rule.order"),
        (lambda: publish(SHARING, code="Sharing!"), "earn_rule.code"),
        (lambda: publish(SHARING, name=" "), "earn_rule.name"),
        (lambda: archive_earn_rule(SYSTEM, "sharing", date(2026, 3, 1), today=TODAY), "earn_rule.past"),
        (lambda: archive_earn_rule(SYSTEM, "nothing", TODAY, today=TODAY), "earn_rule.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code


def test_an_archived_rule_ends_once() -> None:
    publish(SHARING)

    archive_earn_rule(SYSTEM, "sharing", date(2026, 3, 31), today=TODAY)

    assert earn_rules()[0].until_day == date(2026, 3, 31)
    with pytest.raises(Refusal, match=r"earn_rule\.archived"):
        archive_earn_rule(SYSTEM, "sharing", date(2026, 4, 30), today=TODAY)


def test_tiers_are_published_in_versions_that_begin_on_later_days() -> None:
    steps = [Step("gold", "金卡", 500, Decimal("1.25")), Step("plain", "普通", 0)]
    assert publish_tiers(SYSTEM, steps, TODAY, today=TODAY) == 1
    assert [(step.code, step.rank, step.multiplier) for step in ladder(TODAY)] == [("plain", 0, Decimal(1)), ("gold", 1, Decimal("1.25"))]

    for day, code in ((TODAY, "tiers.past"), (date(2026, 3, 1), "tiers.past")):
        with pytest.raises(Refusal, match=code):
            publish_tiers(SYSTEM, steps, day, today=TODAY)
    assert publish_tiers(SYSTEM, steps, date(2026, 3, 9), today=TODAY) == 2
    with pytest.raises(Refusal, match=r"tiers\.order"):
        publish_tiers(SYSTEM, steps, date(2026, 3, 9), today=TODAY)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([], "tiers.none"),
        ([Step("a", "A", n) for n in range(21)], "tiers.too_many"),
        ([Step("a", "A", 0), Step("a", "B", 1)], "tiers.code"),
        ([Step("a", "A", 0), Step("b", "B", 0)], "tiers.threshold"),
        ([Step("a", "A", -1)], "tiers.threshold"),
        ([Step("a", "", 0)], "tiers.name"),
        ([Step("a", "A", 0, Decimal("1.2345"))], "tiers.multiplier"),
        ([Step("a", "A", 0, Decimal(0))], "tiers.multiplier"),
    ],
)
def test_tiers_that_contradict_themselves_are_refused(steps: list[Step], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        publish_tiers(SYSTEM, steps, TODAY, today=TODAY)
    assert refused.value.code == code


def test_the_default_programme_is_installed_once() -> None:
    assert install_default_programme(SYSTEM, date(2025, 1, 1)) is True
    assert install_default_programme(SYSTEM, date(2025, 1, 1)) is False

    assert [rule.code for rule in earn_rules()] == ["check_in_points", "order_growth", "order_points"]
    assert [step.name for step in ladder(TODAY)] == ["普通", "银卡", "金卡", "铂金"]
