"""However people were merged and parted again, each is who they would be had it never been said otherwise."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.members import components
from siyu.members.components import Claim
from siyu.members.queries import find
from siyu.members.rules import policy_of
from siyu.members.services import erase_member, merge_members, undo_merge
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import SYSTEM
from siyu.operate.verify import verify

from .test_exactly_once import undone

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
HANDLES = [
    *(Handle("user_id", user) for user in ("u1", "u2", "u3")),
    Handle("unionid", "A"),
    Handle("unionid", "B"),
    Handle("phone", "13800138000"),
    Handle("anonymous_id", "a1"),
]
COMMON = settings(
    max_examples=int(os.environ.get("SIYU_EXAMPLES", "10")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Deed(NamedTuple):
    """What staff do after a delivery: merge the living members at two places, undo the merge at one, or erase the member at one."""

    verb: str
    one: int
    other: int = 0


class Delivery(NamedTuple):
    """Facts that come at one instant, in batches of at most so many; and what staff do then."""

    at: datetime
    facts: list[Incoming]
    largest: int
    deeds: list[Deed]


@st.composite
def histories(draw: st.DrawFn) -> list[Delivery]:
    at, number, made = NOW, 0, []
    for _ in range(draw(st.integers(2, 7))):
        at += draw(st.sampled_from([timedelta(0), timedelta(minutes=5), timedelta(hours=30), timedelta(days=33)]))
        facts = []
        for _ in range(draw(st.integers(1, 4))):
            number += 1
            facts.append(draw(_fact(number, at)))
        made.append(Delivery(at, facts, draw(st.sampled_from([1, 2, 50])), draw(st.lists(_deed(), max_size=3))))
    return made


@st.composite
def _deed(draw: st.DrawFn) -> Deed:
    verb = draw(st.sampled_from(["merge"] * 4 + ["undo"] * 5 + ["erase"]))
    return Deed(verb, draw(st.integers(0, 5)), draw(st.integers(0, 5)))


@st.composite
def _fact(draw: st.DrawFn, number: int, at: datetime) -> Incoming:
    """One of three says that some handles are one person; as many come from a file, of times before."""
    handles = draw(st.lists(st.sampled_from(HANDLES), min_size=1, max_size=draw(st.sampled_from([1, 1, 3])), unique=True))
    name = draw(st.sampled_from(["page.viewed", "order.paid", "order.refunded", "pool.joined", "friend.added", "member.identified"]))
    properties: dict[str, Any] = {
        "order.paid": {"shop": "web", "order_number": f"{number}", "amount_minor": 1_000},
        "order.refunded": {"shop": "web", "order_number": f"{draw(st.integers(1, number))}", "amount_minor": 100},
        "pool.joined": {"channel": "douyin", "code": draw(st.sampled_from(["c1", "c2"]))},
        "member.identified": {"traits": {"nickname": draw(st.sampled_from(["小鱼", "阿亮", None]))}},
    }.get(name, {"path": "/x"})
    is_historical = draw(st.sampled_from([False, False, True]))
    proofs = {(False, True): "identify", (True, True): "import"}
    return Incoming(
        name=name,
        occurred_at=at - draw(st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=3), timedelta(days=400)])),
        message=f"m{number}",
        handles=handles,
        proof=proofs.get((is_historical, len(handles) > 1), ""),
        properties=properties,
        is_historical=is_historical,
    )


def _bought(number: int, *handles: Handle, before: timedelta = timedelta(0)) -> Incoming:
    order = {"shop": "web", "order_number": f"{number}", "amount_minor": 1_000}
    proof = "identify" if len(handles) > 1 else ""
    return Incoming(name="order.paid", occurred_at=NOW - before, message=f"m{number}", handles=list(handles), proof=proof, properties=order)


U1, U2, U3, A, B, PHONE, _ = HANDLES
MERGED_AFTER_AN_UNDO_MADE_THEM = [
    Delivery(NOW, [_bought(1, U1), _bought(2, PHONE)], 50, [Deed("merge", 0, 1)]),
    Delivery(NOW, [_bought(3, U2, PHONE)], 50, [Deed("undo", 0), Deed("merge", 1, 2), Deed("undo", 0)]),
]
MERGED_BEFORE_OLD_CLAIMS_ARE_REPLAYED = [
    Delivery(NOW, [_bought(1, U1), _bought(2, U2), _bought(3, U3, A, before=timedelta(hours=1)), _bought(4, U3, B)], 50, []),
    Delivery(NOW, [_bought(5, U1, U2, A, before=timedelta(days=3))], 50, []),
]


@COMMON
@given(histories())
@example(MERGED_AFTER_AN_UNDO_MADE_THEM)
@example(MERGED_BEFORE_OLD_CLAIMS_ARE_REPLAYED)
def test_whoever_was_merged_and_parted_is_who_the_merges_that_stand_make_of_them(history: list[Delivery]) -> None:
    with undone():
        forgotten = _play(history)
        assert [finding for finding in verify() if not finding.holds] == []
        assert _partition() == _replayed()
        assert _told("member.merged") == [row[0] for row in _rows("SELECT id FROM members_merge_log ORDER BY 1")]
        assert _told("member.unmerged") == [
            row[0] for row in _rows("SELECT id FROM members_merge_log WHERE undone_at IS NOT NULL ORDER BY 1")
        ]
        whose, found = _whose(), _states()
    with undone():
        _play(_as_if_never_merged(history, whose, forgotten))
        never_merged = _states()
        assert [found[member] for member in whose] == [never_merged[member] for member in _whose()]


def _as_if_never_merged(history: list[Delivery], whose: list[int], forgotten: list[set[int]]) -> list[Delivery]:
    """The same facts, each said of the only handle of who it belongs to in the end; and the same people erased at the same time."""
    owners, fresh = iter(whose), []
    for delivery, places in zip(history, forgotten, strict=True):
        facts = [msgspec.structs.replace(fact, handles=[_only(next(owners))], proof="") for fact in delivery.facts]
        fresh.append(
            delivery._replace(facts=facts, deeds=[Deed("forget", member) for member in sorted({whose[place] for place in places})])
        )
    return fresh


def _only(member: int) -> Handle:
    return Handle("user_id", f"p{member}")


def _play(history: list[Delivery]) -> list[set[int]]:
    """Returns, by delivery, at which places of the log the facts stand whose people were erased then."""
    forgotten = []
    for delivery in history:
        record(delivery.facts, source="web", received_at=delivery.at)
        report = pump(delivery.at, largest=delivery.largest)
        assert (report.stopped, report.quarantined, report.held) == ("", 0, 0)
        forgotten.append(set().union(*(_do(deed, delivery.at) for deed in delivery.deeds)))
    assert pump(history[-1].at + timedelta(days=40)).stopped == ""
    return forgotten


def _do(deed: Deed, now: datetime) -> set[int]:
    living = [row[0] for row in _rows("SELECT DISTINCT member_id FROM members_identity WHERE kind <> 'erased' ORDER BY 1")]
    standing = _standing()
    try:
        if deed.verb == "forget":
            erase_member(SYSTEM, find(_only(deed.one).value)[0], "they asked for it", now=now)
        elif deed.verb == "undo" and standing:
            undone_one = standing[deed.one % len(standing)]
            undo_merge(SYSTEM, undone_one, "they do not", now=now)
            assert undone_one not in _standing()
        elif deed.verb == "merge" and living:
            merge_members(SYSTEM, living[deed.one % len(living)], living[deed.other % len(living)], "they say so", now=now)
        elif deed.verb == "erase" and living:
            erased = living[deed.one % len(living)]
            erase_member(SYSTEM, erased, "they asked for it", now=now)
            return {place for place, member in enumerate(_whose()) if member == erased}
    except Refusal as refusal:
        if refusal.code not in ("merge.same", "merge.limit"):
            raise
    return set()


def _standing() -> list[int]:
    return [row[0] for row in _rows("SELECT id FROM members_merge_log WHERE undone_at IS NULL ORDER BY 1")]


def _told(name: str) -> list[int]:
    """Of which merges the log has such news."""
    return [row[0] for row in _rows(f"SELECT (properties ->> 'merge')::bigint FROM facts_log WHERE name = '{name}' ORDER BY 1")]


def _partition() -> set[frozenset[int]]:
    return {frozenset(handles) for (handles,) in _rows("SELECT array_agg(id) FROM members_identity GROUP BY member_id")}


def _replayed() -> set[frozenset[int]]:
    """Who is one person by all claims in order of time."""
    kinds = dict(_rows("SELECT id, kind FROM members_identity"))
    claims = [Claim(*row) for row in _rows("SELECT left_id, right_id, occurred_at, message, state FROM members_link")]
    groups = components.replay(kinds, claims, policy_of(settings_book(), NOW.date())).groups
    return {frozenset(group) for group in groups}


def _whose() -> list[int]:
    """The member of each fact, in the order in which facts came."""
    return [
        row[0]
        for row in _rows(
            "SELECT i.member_id FROM facts_log f JOIN members_identity i ON i.id = f.identity_id WHERE f.depth = 0 ORDER BY f.id"
        )
    ]


def _states() -> dict[int, Any]:
    """What is summed up of each member: how they are called, when they were seen, their clocks, what they bought, whence they came."""
    return {
        row[0]: row[1:]
        for row in _rows("""
            SELECT m.id, m.nickname, to_jsonb(r) - 'member_id', to_jsonb(l) - 'member_id', to_jsonb(s) - 'member_id',
                   a.first_code, a.first_at, a.last_code, a.last_at
            FROM members_member m
            LEFT JOIN members_rollup r ON r.member_id = m.id LEFT JOIN members_lifecycle l ON l.member_id = m.id
            LEFT JOIN orders_statistics s ON s.member_id = m.id LEFT JOIN acquisition_attribution a ON a.member_id = m.id""")
    }


def _rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
