"""docs/earn-rules.md tells the truth: its examples are read from it and walked through the fold."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from siyu.loyalty.rules import conditions, formulas
from siyu.loyalty.services import check_definition
from siyu.loyalty.tests.given import NOON, balance, ladder, paid, programme, rule, walk
from siyu.loyalty.trial import MAX_FACTS

PAGE = (Path(__file__).parents[3] / "docs/earn-rules.md").read_text()
EXAMPLES: list[dict[str, Any]] = [json.loads(found) for found in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
SILVER = [ladder(("silver", 0, 1.2))]


def test_the_examples_can_be_published() -> None:
    assert len(EXAMPLES) == 3
    for example in EXAMPLES:
        check_definition(example)


def test_the_first_two_examples() -> None:
    order, member_day = (rule(example, f"rule{id}", id) for id, example in enumerate(EXAMPLES[:2], 1))
    eighth = NOON + timedelta(days=6)

    assert balance(walk(paid(19_990), of=programme([order], SILVER)), "pending") == 239
    assert balance(walk(paid(19_990, at=eighth), of=programme([order, member_day], SILVER)), "pending") == 479


def test_the_third_example() -> None:
    lines = [{"sku": "t1", "category": "tea", "quantity": 3, "amount_minor": 9_000}, {"sku": "c1", "quantity": 1, "amount_minor": 2_000}]

    orders = [paid(11_000, order=str(number), lines=lines) for number in range(3)]

    assert balance(walk(orders[0], of=programme([rule(EXAMPLES[2])])), "available") == 15
    assert balance(walk(*orders, of=programme([rule(EXAMPLES[2])])), "available") == 30


def test_every_kind_and_the_bound_are_named() -> None:
    kinds = {kind.__struct_config__.tag for group in (conditions.Condition, formulas.Formula) for kind in group.__args__}

    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()
    assert f"{MAX_FACTS:,} facts" in PAGE
