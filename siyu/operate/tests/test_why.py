"""`siyu why`: each answer names the fact, the rule and the figures behind a result; personal values stay masked unless audited."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_id
from siyu.lib.refusal import Refusal
from siyu.loyalty.services import install_default_programme
from siyu.members.queries import find
from siyu.members.services import merge_members
from siyu.merchant.rules import SYSTEM

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
ANNA, PHONE, VISITOR, BEN = ("user_id", "anna-88"), ("phone", "+8613812345678"), ("anonymous_id", "visitor-1"), ("user_id", "ben-99")
Ask = Callable[..., str]


def fact(name: str, days: float, *handles: tuple[str, str], proof: str = "", **properties: object) -> Incoming:
    return Incoming(
        name=name,
        occurred_at=START + timedelta(days=days),
        message=f"{name}:{days}",
        handles=[Handle(*handle) for handle in handles],
        properties=properties,
        proof=proof,
        is_replay=True,
    )


def order(number: str, days: float, amount_minor: int, **more: object) -> Incoming:
    bought = {"shop": "web", "order_number": number, "amount_minor": amount_minor, "currency": "CNY"}
    return fact("order.paid", days, ANNA, is_in_store=True, **bought, **more)


def refund(number: str, days: float, amount_minor: int) -> Incoming:
    given = {"shop": "web", "order_number": number, "amount_minor": amount_minor, "refund": f"r{days}"}
    return fact("order.refunded", days, ANNA, **given)


STORY = [
    fact("page.viewed", 0, VISITOR, path="/"),
    fact("member.identified", 0.1, ANNA, PHONE, proof="identify", traits={"nickname": "晚风", "phone": "+8613812345678"}),
    fact("member.identified", 0.2, ANNA, VISITOR, proof="identify", traits={}),
    fact("pool.joined", 0.3, ANNA, channel="store-code", code="s1"),
    order("A1", 1, 500_000),  # 5,000 growth: gold from here on
    order("A2", 2, 39_900),  # 399 × 1.5 = 598 points
    refund("A2", 3, 13_300),
    fact("member.identified", 4, BEN, proof="identify", traits={"nickname": "晚安"}),
]


@pytest.fixture
def ask(clone: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask `siyu why` about a pool that lived the story; gives what it said."""
    monkeypatch.setattr("siyu.operate.management.commands.why.utc_now", lambda: START + timedelta(days=5))
    install_default_programme(SYSTEM, START.date(), now=START)
    source_id("web", badge="模拟")
    record(STORY, source="web", received_at=START + timedelta(days=5))
    assert pump(START + timedelta(days=5)).quarantined == 0

    def answer(*words: str) -> str:
        capsys.readouterr()
        call_command("why", *words)
        return capsys.readouterr().out

    return answer


def test_points_lead_back_to_order_rule_tier_and_proportion(ask: Ask):
    said = ask("anna-88", "points")

    assert "first from web [模拟]" in said
    assert "+598  earned" in said
    assert "fact: order.paid of order A2 (web) at 2026-03-04 10:00:00" in said
    assert "rule: Points for purchases (order_points, version 1): 1 per 1.00 CNY" in said
    assert "amount: 399.00 CNY × 1.5 as gold → 598" in said
    assert "pending until 2026-03-11 10:00:00" in said
    assert "-199  taken back" in said
    assert "proportion: 133.00 CNY of 399.00 CNY paid, of the 598 earned" in said


def test_only_so_many_entries_are_told_and_the_rest_is_offered(ask: Ask):
    said = ask("anna-88", "points", "--limit", "1")

    assert "-199  taken back" in said
    assert "earned\n" not in said
    assert "--limit 5 shows more" in said


def test_a_tier_is_growth_against_thresholds(ask: Ask):
    said = ask("anna-88", "tier")

    assert "Tier: Gold (gold) since 2026-03-03 10:00:00" in said
    assert "growth 5,266" in said
    assert "14,734 more for Platinum" in said
    assert "bronze → gold at growth 5,000" in said or "none → gold at growth 5,000" in said
    assert "cause: order.paid of order A1" in said


def test_who_never_earned_growth_stands_where_everybody_begins(ask: Ask):
    assert "where everybody begins" in ask("ben-99", "tier")
    assert "none were ever earned" in ask("ben-99", "points")
    assert "no clock runs" in ask("ben-99", "stage")


def test_stages_are_inputs_limits_and_the_next_move(ask: Ask):
    said = ask("anna-88", "stage")

    assert "pool: silent; joined 2026-03-02 17:12:00 through store-code, 5 days ago" in said
    assert "silent to day 30, growing to 90, active to 180, then declining" in said
    assert "activity: active; 2 purchases from 2026-03-03 to 2026-03-04" in said
    assert "ladder: member; rungs reached and kept: follower, buyer, repeat_buyer, member" in said
    assert "next move by time alone: 2026-04-02 00:00:00" in said


def test_a_merge_shows_its_evidence_with_masked_handles(ask: Ask):
    said = ask("anna-88", "merge")

    assert "Merges: 1" in said
    assert "proof identify" in said
    assert "+86138****5678" in said
    assert "13812345678" not in said


def test_a_merge_that_staff_made_shows_the_handles_by_which_they_did(ask: Ask):
    merge_members(SYSTEM, find("anna-88")[0], find("ben-99")[0], "they called us", now=START + timedelta(days=5))

    said = ask("anna-88", "merge")

    assert "user_id a****** with user_id b*****, proof staff, said 2026-03-07" in said
    assert "moved: user_id b*****" in said
    assert "None" not in said


def test_unmasking_shows_the_value_and_is_written_into_the_audit(ask: Ask):
    said = ask("anna-88", "merge", "--unmask")

    assert "+8613812345678" in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor_name, subject, detail FROM merchant_audit WHERE verb = 'member.unmasked'")
        actor, subject, detail = cursor.fetchone()
    assert actor.startswith("siyu why (")
    assert subject.startswith("member:")
    assert "13812345678" not in str(detail)


def test_a_member_is_found_by_phone_tail_and_order_number_and_all_four_answers_come_at_once(ask: Ask):
    for words in ("138 1234 5678", "5678", "A2"):
        said = ask(words)
        assert all(head in said for head in ("Points:", "Tier:", "Stage:", "Merges:"))


@pytest.mark.parametrize(("words", "code"), [("nobody-at-all", "why.nobody"), ("晚", "why.several")])
def test_who_is_not_one_member_is_refused_with_what_helps(ask: Ask, words: str, code: str):
    with pytest.raises(Refusal) as refused:
        ask(words)

    assert refused.value.code == code
    if code == "why.several":
        assert "晚风" in refused.value.because
        assert "晚安" in refused.value.because
