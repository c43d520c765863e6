"""The forms beside the canvas: what a step says goes into its form and comes back the same, for every kind."""

from typing import Any

import pytest
from django.http import QueryDict

from siyu.journeys.pages import fields
from siyu.journeys.pages.looks import LOOKS, face, faces, palette
from siyu.journeys.steps import steps
from siyu.journeys.triggers import triggers
from siyu.lib.web.terms import Input

pytestmark = pytest.mark.django_db
WHERE = {"property": "amount_minor", "op": "gte", "value": 9900}
STEPS: list[dict[str, Any]] = [
    {"step": "touch", "template": "", "priority": 5, "keep_hours": 24},
    {"step": "staff_task", "keep_hours": 48},
    {"step": "webhook"},
    {"step": "wait", "days": 2, "minutes": 30},
    {"step": "wait_until", "fact": "order.paid", "where": WHERE, "days": 3},
    {"step": "wait_until", "fact": "order.refunded", "same": "order_number", "days": 3},
    {"step": "wait_until", "audience": 12, "edge": "left", "hours": 5},
    {"step": "wait_until", "any": [
        {"name": "A", "fact": "order.paid", "where": WHERE, "same": "order_number"},
        {"name": "B", "audience": 12, "edge": "left"},
        {"name": "C", "fact": "cart.viewed"},
    ], "days": 3},
    {"step": "until_time", "at": "09:30", "weekdays": [1, 5]},
    {"step": "until_time", "at": "09:30", "own": True},
    {"step": "until_date", "property": "delivery_date", "days": -2, "at": "10:00"},
    {"step": "until_date", "trait": "wedding", "every": "year", "hours": -3},
    {"step": "branch", "ways": [
        {"name": "A", "rule": {"condition": "audience", "audience": 12}},
        {"name": "B", "rule": {"all": [{"condition": "tag", "tags": ["VIP"]}, {"not": {"condition": "tag", "tags": ["x"]}}]}},
        {"name": "C", "where": WHERE},
    ]},
    {"step": "split", "arms": [{"name": "A", "weight": 4525}, {"name": "B", "weight": 4475}], "hold_out": 1000, "salt": "spring"},
    {"step": "reward", "reward": {"kind": "points", "amount": 100}},
    {"step": "reward", "reward": {"kind": "badge", "badge": "founder", "level": 2}},
    {"step": "reward", "reward": {"kind": "benefit", "benefit": "free_shipping", "days": 30}},
    {"step": "tag", "tag": "新客", "off": True},
    {"step": "trait", "trait": "city", "value": "上海"},
    {"step": "trait", "trait": "vip", "value": True},
    {"step": "trait", "trait": "code", "value": "12"},
    {"step": "trait", "trait": "code"},
    {"step": "start", "journey": "other"},
    {"step": "end"},
]  # fmt: skip
TRIGGERS: list[dict[str, Any]] = [
    {"kind": "fact", "fact": "order.paid", "where": WHERE},
    {"kind": "audience", "audience": 12, "edge": "left"},
    {"kind": "date", "trait": "birthday", "days": -3, "every": "once", "at": "08:00"},
    {"kind": "schedule", "audience": 12, "every": "week", "weekday": 3, "at": "20:15"},
    {"kind": "schedule", "audience": 12, "every": "month", "day": 31},
    {"kind": "api"},
]


def browser(inputs: list[Input]) -> QueryDict:
    """What a browser sends of inputs as they were drawn."""
    sent = QueryDict(mutable=True)
    for one in inputs:
        DRAWN.get(one.kind, _plain)(one, sent)
    return sent


def _plain(one: Input, sent: QueryDict) -> None:
    sent[one.name] = str(one.value)


def _many(one: Input, sent: QueryDict) -> None:
    sent.setlist(one.name, list(one.value))


def _flag(one: Input, sent: QueryDict) -> None:
    if one.value:
        sent[one.name] = "1"


def _filter(parts: dict[str, Any], sent: QueryDict) -> None:
    for row in parts["rows"]:
        for part in ("property", "op", "value"):
            sent[f"{row['name']}:{part}"] = row[part]


def _ways(one: Input, sent: QueryDict) -> None:
    for row in one.parts["rows"]:
        sent[f"{row['name']}:name"], sent[f"{row['name']}:what"] = row["title"], row["what"]
        sent[f"{row['name']}:was"], sent[f"{row['name']}:rule"] = row["what"], row["rule"]
        sent[f"{row['name']}:audience"] = row["audience"]
        _filter(row["where"], sent)


def _awaited(one: Input, sent: QueryDict) -> None:
    for row in one.parts["rows"]:
        sent[f"{row['name']}:name"], sent[f"{row['name']}:what"] = row["title"], row["what"]
        for part in ("fact", "same", "audience", "edge"):
            sent[f"{row['name']}:{part}"] = row[part]
        _filter(row["where"], sent)


def _arms(one: Input, sent: QueryDict) -> None:
    for row in one.parts["rows"]:
        sent[f"{row['name']}:name"], sent[f"{row['name']}:share"] = row["title"], row["share"]


def _share(one: Input, sent: QueryDict) -> None:
    sent[one.name] = str(one.parts)


def _reward(one: Input, sent: QueryDict) -> None:
    sent[one.name] = one.parts["kind"]
    sent[f"{one.name}:amount"], sent[f"{one.name}:code"] = str(one.parts["amount"]), one.parts["code"]
    for name, _label, value in one.parts["numbers"]:
        sent[f"{one.name}:{name}"] = str(value)


def _value(one: Input, sent: QueryDict) -> None:
    sent[one.name] = one.parts


DRAWN: dict[str, Any] = {
    "value": _value,
    "many": _many, "flag": _flag, "ways": _ways, "awaited": _awaited, "arms": _arms, "share": _share, "reward": _reward,
    "filter": lambda one, sent: _filter(one.parts, sent),
}  # fmt: skip


@pytest.mark.parametrize("piece", STEPS, ids=lambda piece: piece["step"])
def test_a_step_comes_back_from_its_form_as_it_was(piece: dict[str, Any]):
    told = fields.read_step(piece["step"], browser(fields.of_step(piece["step"], piece)))

    assert {name: told.get(name, "") for name in piece} == piece
    usual = {"days": 0, "hours": 0, "minutes": 0, "priority": 0, "keep_hours": 72, "every": "once"}  # sent whether one touched it or not
    assert {name: value for name, value in told.items() if name not in piece}.items() <= usual.items()


@pytest.mark.parametrize("piece", TRIGGERS, ids=lambda piece: piece["kind"])
def test_a_trigger_comes_back_from_its_form_as_it_was(piece: dict[str, Any]):
    told = fields.read_trigger(browser(fields.of_trigger(piece)))

    assert {name: told.get(name) for name in piece} == piece
    assert set(told) - set(piece) <= {"edge", "every", "days", "at"}


def test_entry_exits_and_goal_come_back_as_they_were():
    entry = {"how": "keyed", "by": "order_number", "again_after_days": 30, "at_once": False}
    exits = [{"kind": "fact", "fact": "order.refunded", "where": WHERE}, {"kind": "audience", "audience": 12, "edge": "left"}]
    goal = {"fact": "order.paid", "where": WHERE, "within_days": 14, "ends": False}

    sent = QueryDict(mutable=True)
    for place, kind, _title, inputs in fields.of_exits(exits):
        sent.update(browser(inputs))
        sent[f"p.{place}:kind"] = kind
    assert fields.read_entry(browser(fields.of_entry(entry))) == entry
    assert fields.read_goal(browser(fields.of_goal(goal))) == goal
    assert fields.read_exits(sent, 10) == exits


def test_every_kind_of_step_and_trigger_has_its_form_its_look_and_its_place_in_the_palette():
    assert {piece["step"] for piece in STEPS} <= set(steps()) <= set(LOOKS)
    assert sorted(kind for _title, kinds in palette() for kind in kinds) == sorted(steps())
    assert {piece["kind"] for piece in TRIGGERS} <= set(triggers())
    for kind in steps():
        assert fields.of_step(kind, {"step": kind}) or kind == "end"
    for kind in triggers():
        assert fields.of_trigger({"kind": kind})[0].value == kind


@pytest.mark.parametrize("kind", sorted(steps()))
def test_a_new_step_is_drawn_before_it_is_filled_in(kind: str):
    made = face({"step": kind, **LOOKS[kind].fresh})

    assert made.title
    assert made.words or kind == "end"
    assert [way for way, _words in made.ways] or kind == "end"


@pytest.mark.parametrize(
    "piece",
    [
        {},
        {"step": 3},
        {"step": "no"},
        {"step": "branch", "ways": "x"},
        {"step": "split", "arms": [3]},
        {"step": "reward", "reward": {"kind": "points"}},
    ],
)
def test_whatever_stands_in_a_draft_can_be_drawn(piece: dict[str, Any]):
    assert faces({"trigger": [], "steps": {"s1": piece, "s2": "x"}}).keys() == {"@trigger", "s1"}


def test_buttons_add_take_out_and_share_evenly():
    split = {"step": "split", "arms": [{"name": "A", "weight": 1}], "hold_out": 1_000}

    for act in ("arms.add", "arms.add", "arms.even"):
        split = fields.acted(split, act)
    assert [(one["name"], one["weight"]) for one in split["arms"]] == [("A", 3_000), ("B", 3_000), ("C", 3_000)]
    assert [one["name"] for one in fields.acted(split, "arms.remove.1")["arms"]] == ["A", "C"]
    assert fields.acted(split, "arms.remove.9") == split
    assert fields.acted({"ways": []}, "ways.add")["ways"][0]["rule"] == {"condition": "audience"}
    assert [one["name"] for one in fields.acted({"any": [{"name": "A"}]}, "any.add")["any"]] == ["A", "B"]
