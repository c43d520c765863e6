"""What merges and their undo promise of value, for any history: no cap opens again, and what was posted before returns."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from siyu.lib.refusal import Refusal
from siyu.loyalty.services import Because, Grant, Hold, Spend, grant, hold, install_default_programme, spend
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import FIRST_DAY, START, happens, is_the_same_as, member, pays, rows
from siyu.loyalty.tests.test_splitting import undone
from siyu.members.services import undo_merge
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
WHY = Because("test", "merge", "试")
BOUNDED = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
PEOPLE = st.sampled_from(["anna", "ben", "cleo"])
ACTS = st.tuples(st.sampled_from(["pays", "checks in", "is given", "spends", "holds", "waits"]), PEOPLE, st.integers(1, 90))


def lives(acts: list[tuple[str, str, int]], prefix: str, at: Any) -> Any:
    """People buy, check in, are given value and use it; what they cannot is refused. Returns the instant reached."""
    for number, (act, who, amount) in enumerate(acts):
        at += timedelta(minutes=1)
        key = f"{prefix}{number}"
        if act == "waits":
            at += timedelta(days=amount)
        elif act == "pays":
            pays(who, amount * 1_000, key, at)
        elif act == "checks in":
            happens("member.checked_in", who, at)
        elif act == "is given":
            grant(SYSTEM, [Grant(member(who), "points", amount, key, WHY)], at)
        else:
            try:
                if act == "spends":
                    spend(SYSTEM, [Spend(member(who), "points", amount, key, WHY)], at)
                else:
                    hold(SYSTEM, [Hold(member(who), "points", amount, key, WHY, at + timedelta(days=3))], at)
            except Refusal as refusal:
                if refusal.code != "value.insufficient":
                    raise
    return at


def begin() -> None:
    install_default_programme(SYSTEM, FIRST_DAY)
    for who in ("anna", "ben", "cleo"):
        happens("page.viewed", who)


def by_handle() -> dict[str, list[tuple[Any, ...]]]:
    """What was posted for the accounts that each person holds now."""
    return {
        who: rows(
            "SELECT e.id, e.unit, e.kind, e.debit, e.credit, e.amount FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id"
            " WHERE a.owner_id = %s ORDER BY e.id",
            [member(who)],
        )
        for who in ("anna", "ben", "cleo")
    }


@BOUNDED
@given(st.lists(ACTS, max_size=6), st.lists(ACTS, max_size=5))
def test_an_undone_merge_returns_what_was_posted_before_and_leaves_the_rest(before: list[Any], after: list[Any]) -> None:
    with undone():
        begin()
        at = lives(before, "b", START)
        apart = by_handle()
        newest = rows("SELECT coalesce(max(id), 0) FROM loyalty_entry")[0][0]

        is_the_same_as("anna", "ben", at)
        whole = member("anna")
        at = lives([act for act in after if act[0] != "waits"], "a", at)
        undo_merge(SYSTEM, rows("SELECT max(id) FROM members_merge_log")[0][0], "两个人", now=at)

        assume(member("anna") != member("ben"))
        survivor, other = ("anna", "ben") if member("anna") == whole else ("ben", "anna")
        now = by_handle()
        for who in ("anna", "ben"):
            assert [entry for entry in now[who] if entry[0] <= newest] == apart[who]
        opened = [entry for entry in now[other] if entry[0] > newest and entry[3] == "issued" and entry[4] in ("pending", "available")]
        assert opened == []  # whatever was earned as one stays with the survivor
        assert faults() == {}
        assert survivor != other


@BOUNDED
@given(st.lists(PEOPLE, min_size=2, max_size=8), st.lists(st.tuples(PEOPLE, PEOPLE), max_size=3), st.integers(0, 7))
def test_a_merge_never_opens_a_cap_again(visits: list[str], merges: list[tuple[str, str]], place: int) -> None:
    with undone():
        begin()
        for number, who in enumerate(visits):
            if number == min(place, len(visits) - 1):
                for one, other in merges:
                    is_the_same_as(one, other, START)
            happens("member.checked_in", who, START)

        days = rows(
            "SELECT a.owner_id, count(*) FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id"
            " JOIN loyalty_earnrule r ON r.id = e.rule_id WHERE r.code = 'check_in_points' AND e.kind = 'earn' AND a.origin_id = a.owner_id"
            " GROUP BY a.owner_id"
        )
        assert all(times == 1 for _, times in days)  # once a day each, whoever they turn out to be
        late = len(rows("SELECT 1 FROM loyalty_entry WHERE kind = 'earn'"))
        assert late <= len(set(visits))
        assert faults() == {}
