"""`docs/audiences.md` names every condition with its terms, the operators and the limits as they are."""

import re
from pathlib import Path

import msgspec

from siyu.audiences.conditions import conditions
from siyu.audiences.rules.tree import MAX_DEPTH, MAX_NODES
from siyu.audiences.rules.value import INTEREST_DAYS, NAMED, rule
from siyu.audiences.rules.windows import Window
from siyu.audiences.services.value import FRESH
from siyu.facts.filters.tree import OPS

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs/audiences.md").read_text()
ROW = re.compile(r"^\| (`[^|]+) \| ([^|]+) \|", re.MULTILINE)


def test_every_condition_stands_there_with_its_terms() -> None:
    rows = {name: set(re.findall(r"`(\w+)`", terms)) for names, terms in ROW.findall(TEXT) for name in re.findall(r"`(\w+)`", names)}

    assert rows == {kind: {field.name for field in msgspec.structs.fields(module.Terms)} for kind, module in conditions().items()}


def test_every_window_stands_there() -> None:
    assert {field.name for field in msgspec.structs.fields(Window)} == {name for name in Window.__struct_fields__ if f"`{name}`" in TEXT}


def test_operators_and_limits_are_those_of_the_code() -> None:
    said = re.search(r"`op` is one of `([a-z_ ]+)`", TEXT)
    assert said is not None
    assert set(said[1].split()) == set(OPS)
    assert f"At most {MAX_NODES} nodes, {MAX_DEPTH} deep" in TEXT
    assert f"looked around within {INTEREST_DAYS} days" in TEXT
    assert f"borders of RFM taken by then; borders older than {FRESH.days} days" in TEXT
    assert (rule(NAMED[0]), rule(NAMED[1])) == (
        {"condition": "rfm", "recency": [3, 4, 5], "monetary": [5]},
        {"condition": "rfm", "recency": [1, 2], "monetary": [4, 5]},
    )
