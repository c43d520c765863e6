"""However a history is cut, repeated and delivered, members walk as the plainest program would have them walk."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from siyu.facts import batch as batch_module
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.journeys import services
from siyu.journeys.checking import problems
from siyu.journeys.models import Enrolment, Journey, Passage
from siyu.journeys.tests.given import DAY, NOW, publish
from siyu.journeys.tests.oracle import Delivery, Oracle
from siyu.lib.sql import statements
from siyu.loyalty.services import install_default_programme
from siyu.members.models import Identity, Tagging
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import Touch
from siyu.touches.services import publish_template

pytestmark = pytest.mark.django_db
USERS = ["u1", "u2", "u3"]
NAMES = ["page.viewed", "cart.viewed", "wishlist.added"]
COMMON = settings(
    max_examples=int(os.environ.get("SIYU_EXAMPLES", "30")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
END = NOW + timedelta(days=400)  # behind the longest history


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches too have their statements executed beside, as large ones do."""
    monkeypatch.setattr(batch_module, "WORTH_A_THREAD", 0)


wheres = st.sampled_from([{}, {}, {"property": "path", "op": "eq", "value": "/x"}])
facts = st.fixed_dictionaries({"kind": st.just("fact"), "fact": st.sampled_from(NAMES), "where": wheres})
sames = st.sampled_from(["", "", "path"])
heard = st.builds(lambda fact, same: {**fact, "same": same}, facts, sames)
lengths = st.sampled_from([{"minutes": 5}, {"hours": 3}, {"hours": 23, "minutes": 59}, {"days": 2}, {"days": 30}])


RED = {"condition": "trait", "trait": "colour", "value": "red"}


@st.composite
def definitions(draw: st.DrawFn, asks: bool = False) -> dict[str, Any]:
    """Any graph of a few steps: ways lead forward, or, from a long wait, anywhere. `asks`: branches ask for what steps before them said,
    and each member walks alone."""
    count = draw(st.integers(2, 7))
    names = [f"s{place}" for place in range(1, count + 1)]
    steps = {}
    for place, name in enumerate(names):
        step = draw(_step(asks).filter(lambda one, place=place: one["step"] != "end" or place == count - 1))
        ahead = names[place + 1 :]
        anywhere = names if step["step"] != "until_date" and step.get("days") else ahead
        ways = _ways(step)
        follows = {way: draw(st.sampled_from(anywhere)) for way in ways if anywhere and draw(st.integers(0, 5))}
        if ahead and ways:  # everybody is reached
            follows[ways[0]] = ahead[0]
        steps[name] = {**step, "next": follows}
    entry = draw(
        st.just({"how": "once"})
        if asks
        else st.sampled_from(
            [
                {"how": "once"},
                {"how": "once"},
                {"how": "many"},
                {"how": "many", "at_once": False},
                {"how": "many", "again_after_days": 2},
                {"how": "keyed", "by": "path"},
                {"how": "keyed", "by": "path", "at_once": False, "again_after_days": 1},
            ]
        )
    )
    goal = draw(st.sampled_from([None, True, False]))
    wanted = {"fact": draw(st.sampled_from(NAMES)), "where": {}, "same": draw(sames)}
    more = {"goal": {**wanted, "within_days": draw(st.sampled_from([1, 7])), "ends": goal}}
    return {
        "trigger": draw(st.one_of(st.just({"kind": "fact", "fact": NAMES[0], "where": {}}), facts)),
        "entry": entry,
        "exits": draw(st.one_of(st.just([]), st.lists(heard, max_size=1))),
        "first": "s1",
        "steps": steps,
        **(more if goal is not None else {}),
    }


@st.composite
def _step(draw: st.DrawFn, asks: bool) -> dict[str, Any]:
    deeds = ["tag", "touch", "reward", "trait"]
    often = ["branch", "branch", "trait", "trait"] if asks else []
    kind = draw(st.sampled_from(["wait", "wait", *["wait_until"] * 3, "until_date", "branch", "split", *deeds, *often, "end"]))
    if kind == "wait":
        return {"step": "wait", **draw(lengths)}
    if kind == "wait_until":
        several = draw(st.lists(_awaited(), max_size=3, unique_by=lambda one: one["name"]))
        return {"step": "wait_until", **({"any": several} if several else draw(_awaited(name=False))), **draw(lengths)}
    if kind == "until_date":
        return {"step": "until_date", "property": "day", "days": draw(st.integers(-2, 1)), "at": draw(st.sampled_from(["10:00", "12:00"]))}
    if kind == "branch" and asks:
        return {"step": "branch", "ways": [{"name": "x", "rule": RED}]}
    if kind == "branch":
        return {"step": "branch", "ways": [{"name": "x", "where": {"property": "path", "op": "eq", "value": "/x"}}]}
    if kind == "split":
        return {"step": "split", "arms": [{"name": "a", "weight": 5_000}, {"name": "b", "weight": 3_000}], "hold_out": 2_000}
    told = {
        "tag": {"tag": "t"},
        "touch": {"template": "t"},
        "reward": {"reward": {"kind": "points", "amount": 1}},
        "trait": {"trait": "colour", "value": "red"},
        "end": {},
    }
    return {"step": kind, **told[kind]}


@st.composite
def _awaited(draw: st.DrawFn, name: bool = True) -> dict[str, Any]:
    told = {"fact": draw(st.sampled_from(NAMES)), "where": draw(wheres), "same": draw(sames)}
    return {"name": draw(st.sampled_from("abc")), **told} if name else told


def _ways(step: dict[str, Any]) -> list[str]:
    ways = {
        "wait_until": [*([one["name"] for one in step.get("any", ())] or ["happened"]), "timeout"],
        "until_date": ["next", "missed"],
        "branch": ["x", "other"],
        "split": ["a", "b", "held_out"],
        "end": [],
    }
    return ways.get(step["step"], ["next"])


@st.composite
def histories(draw: st.DrawFn, alias: int = 5) -> list[Delivery]:
    """Facts in the order of arrival: repeated (by natural key, for ever) and late ones, people who turn out to be one (`alias` 0: nobody),
    clocks that jump."""
    made: list[Delivery] = []
    said: list[Incoming] = []
    at, number = NOW, 0
    for _ in range(draw(st.integers(4, 9))):
        gaps = [
            timedelta(0),
            timedelta(minutes=5),
            timedelta(minutes=7),
            timedelta(hours=3),
            timedelta(hours=3),
            timedelta(hours=30),
            timedelta(days=33),
        ]
        at += draw(st.sampled_from(gaps))
        delivery = []
        for _ in range(draw(st.integers(2, 5))):
            if said and not draw(st.integers(0, 6)):
                delivery.append(draw(st.sampled_from(said)))
                continue
            number += 1
            delivery.append(draw(_fact(number, at, alias)))
        said += delivery
        made.append(Delivery(at, delivery, draw(st.sampled_from(["", "", "", "", "pause", "resume"]))))
    return made


@st.composite
def _fact(draw: st.DrawFn, number: int, at: datetime, alias: int) -> Incoming:
    occurred = at - draw(st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=3)]))
    user = draw(st.sampled_from(USERS))
    if alias and not draw(st.integers(0, alias - 1)):  # one of so many says that two are one
        other = draw(st.sampled_from([one for one in USERS if one != user]))
        handles = [Handle("user_id", user), Handle("user_id", other)]
        return Incoming(
            name="member.identified",
            occurred_at=occurred,
            message=f"m{number}",
            key=f"k{number}",
            handles=handles,
            proof="identify",
            properties={"traits": {}},
        )
    properties = {"path": path} if (path := draw(st.sampled_from(["/x", "/y", ""]))) else {}
    properties |= draw(st.sampled_from([{"day": "2026-05-21"}, {"day": "2026-05-20"}, {"day": "2026-06-25"}, {"day": "soon"}, {}]))
    name = draw(st.sampled_from([*NAMES, *NAMES[:1] * 3]))  # what starts comes oftener
    return Incoming(
        name=name, occurred_at=occurred, message=f"m{number}", key=f"k{number}", handles=[Handle("user_id", user)], properties=properties
    )


class _Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside never happened."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def obey(delivery: Delivery) -> None:
    """An operator sees what has come, and pauses or resumes."""
    if delivery.deed:
        pump(delivery.at)
        is_paused = Journey.objects.get().state == "paused"
        if is_paused != (delivery.deed == "pause"):
            (services.pause if delivery.deed == "pause" else services.resume)(SYSTEM, "j", now=delivery.at)


def one_at_a_time(history: list[Delivery], _: list[int]) -> None:
    for delivery in history:
        for fact in delivery.facts:
            record([fact], source="web", received_at=delivery.at)
            pump(delivery.at, largest=1)
        obey(delivery)


def delivery_by_delivery(history: list[Delivery], _: list[int]) -> None:
    for delivery in history:
        record(delivery.facts, source="web", received_at=delivery.at)
        pump(delivery.at)
        obey(delivery)


def all_at_once(history: list[Delivery], _: list[int]) -> None:
    for delivery in history:
        record(delivery.facts, source="web", received_at=delivery.at)
        obey(delivery)
    pump(history[-1].at)


def cut_anywhere(history: list[Delivery], sizes: list[int]) -> None:
    """As many messages as fit into whatever size; the worker comes when it comes."""
    for place, delivery in enumerate(history):
        record(delivery.facts, source="web", received_at=delivery.at)
        if sizes[place % len(sizes)] % 2:
            pump(delivery.at, largest=sizes[place % len(sizes)])
        obey(delivery)
    pump(history[-1].at, largest=sizes[0])


@COMMON
@given(definition=definitions(), history=histories(), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4), way=st.integers(0, 3))
def test_however_a_history_is_cut_members_walk_as_the_plainest_program_says(
    definition: dict, history: list[Delivery], sizes: list[int], way: int
):
    deliver = (one_at_a_time, delivery_by_delivery, all_at_once, cut_anywhere)
    for how in {deliver[0], deliver[way]} if way else {deliver[2]}:
        with undone():
            _agree(definition, history, sizes, how)


@COMMON
@given(
    definition=definitions(asks=True),
    history=histories(0),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    way=st.integers(0, 3),
)
def test_what_a_step_said_every_step_behind_it_knows_wherever_the_batch_is_cut(
    definition: dict, history: list[Delivery], sizes: list[int], way: int
):
    with undone():
        _agree(definition, history, sizes, (one_at_a_time, delivery_by_delivery, all_at_once, cut_anywhere)[way])


@st.composite
def keyed(draw: st.DrawFn) -> dict[str, Any]:
    """Long journeys in which two who become one often have the same key."""
    exits = draw(st.sampled_from([[], [{"kind": "fact", "fact": "cart.viewed", "where": {}}]]))
    until = {"step": "wait_until", "fact": "wishlist.added", "where": {}, "next": {"happened": "s2", "timeout": "s2"}}
    return {
        "trigger": {"kind": "fact", "fact": "page.viewed", "where": {}},
        "entry": draw(st.sampled_from([{"how": "once"}, {"how": "keyed", "by": "path"}, {"how": "keyed", "by": "path", "at_once": False}])),
        "exits": exits,
        "first": "s1",
        "steps": {
            "s1": {**until, **draw(lengths)},
            "s2": {"step": "wait", "days": 30, "next": {"next": "s3"}},
            "s3": {"step": "end"},
        },
    }


@COMMON
@given(definition=keyed(), history=histories(2), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4), way=st.integers(0, 3))
def test_who_become_one_go_on_as_one_wherever_the_batch_is_cut(definition: dict, history: list[Delivery], sizes: list[int], way: int):
    with undone():
        _agree(definition, history, sizes, (one_at_a_time, delivery_by_delivery, all_at_once, cut_anywhere)[way])


def _agree(definition: dict, history: list[Delivery], sizes: list[int], how: Any) -> None:
    install_default_programme(SYSTEM, (NOW - 100 * DAY).date(), now=NOW - 100 * DAY)
    publish_template(SYSTEM, "t", "t", "inbox", "service", {"zh-hans": {"subject": "x", "text": "x"}}, now=NOW - DAY)
    assert problems(definition) == []
    publish(definition, now=NOW - DAY)

    how(history, sizes)
    report = pump(END)

    numbers = {_plain(row): row.origin_id for row in Identity.objects.all()}
    oracle = Oracle(definition, "journey:j", numbers.__getitem__)
    oracle.live(history, END)
    assert (report.stopped, report.quarantined) == ("", 0)
    for one in oracle.enrolments:
        event(f"{one.status} {one.why}")
        for _, way, _ in one.passed:
            event(way)
    assert walked() == as_walked(oracle, numbers)
    assert deeds() == as_done(oracle, definition, numbers)
    assert broken() == {}


def walked() -> list[tuple]:
    """Every enrolment with its path."""
    passed: dict[int, list[tuple[str, str, datetime]]] = {}
    for one in Passage.objects.order_by("enrolment_id", "hop"):
        passed.setdefault(one.enrolment_id, []).append((one.step, one.way, one.at))
    return sorted(
        (
            (
                *(one.origin_id, one.owner_id, one.key, one.step, one.way, one.hop, one.status, one.why, one.arm, one.is_held_out),
                *map(str, (one.since, one.due_at if one.status != "joined" else None, one.entered_at, one.ended_at, one.goal_at)),
                passed.get(one.pk, []),
            )
            for one in Enrolment.objects.all()
        ),
        key=str,
    )


def as_walked(oracle: Oracle, numbers: dict[str, int]) -> list[tuple]:
    return sorted(
        (
            (
                *(numbers[one.origin], numbers[one.owner], one.key, one.step, one.way, len(one.passed), one.status, one.why),
                *(
                    one.arm,
                    one.held_out,
                    *map(str, (one.at, one.due if one.status != "joined" else None, one.entered, one.ended, one.goal)),
                ),
                one.passed,
            )
            for one in oracle.enrolments
        ),
        key=str,
    )


def deeds() -> tuple[Any, ...]:
    """What was done: touches by step and status, rewards, who is tagged, and who is said to be red."""
    touches = Counter((one.key.split(":")[2], one.status == "control") for one in Touch.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loyalty_operation WHERE key LIKE '%%reward:journey:%%'")
        rewards = cursor.fetchone()[0]
        cursor.execute("SELECT i.member_id, t.value::text FROM members_trait t JOIN members_identity i ON i.id = t.identity_id")
        red = {member for member, value in cursor.fetchall() if value == '"red"'}
    return touches, rewards, {one.member_id for one in Tagging.objects.filter(member__merged_into=None)}, red


def as_done(oracle: Oracle, definition: dict, numbers: dict[str, int]) -> tuple[Any, ...]:
    kinds = {name: terms["step"] for name, terms in definition["steps"].items()}
    touches: Counter = Counter()
    for one in oracle.enrolments:
        is_held_out = False
        for step, way, _ in one.passed:
            is_held_out = is_held_out or way == "held_out"
            if kinds[step] == "touch":
                touches[step, is_held_out] += 1
    rewards = sum(kinds[step] == "reward" for step, _ in oracle.deeds)
    tagged, red = ({numbers[oracle.people[owner]] for step, owner in oracle.deeds if kinds[step] == kind} for kind in ("tag", "trait"))
    return touches, rewards, tagged, red


def broken() -> dict[str, Any]:
    found = {}
    with connection.cursor() as cursor:
        for name, statement in vars(statements("siyu.journeys", "verify")).items():
            cursor.execute(statement)
            if (row := cursor.fetchone()) is not None:
                found[name] = row
    return found


def _plain(identity: Identity) -> str:
    from siyu.lib.crypto import decrypt_text

    return decrypt_text(bytes(identity.value))
