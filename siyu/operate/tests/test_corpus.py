"""The benches' corpus is what it says it is: otherwise their figures compare with nothing."""

from collections import Counter

import pytest

from siyu.facts.segment import decode, translate
from siyu.operate.bench.corpus import Corpus

FACTS = 5_000


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    return list(Corpus(facts=FACTS).bodies())


def test_it_is_the_same_on_every_run_and_another_with_another_seed(bodies: list[bytes]):
    assert list(Corpus(facts=FACTS).bodies()) == bodies
    assert next(Corpus(facts=FACTS, seed=1).bodies()) != bodies[0]


def test_its_shares_are_as_described(bodies: list[bytes]):
    facts = []
    for number, payload in enumerate(bodies):
        body = decode(payload)
        assert len(body.batch) == 100
        instant = Corpus().sent_at(number)
        facts += [translate(raw, body, instant, index=i, currency="CNY", shop="web") for i, raw in enumerate(body.batch)]
    names = Counter(fact.name for fact in facts)
    assert len(facts) == FACTS
    assert len(names) == 8
    assert names["order.paid"] / FACTS == pytest.approx(0.05, abs=0.01)
    assert all(len(fact.properties["lines"]) == 2 for fact in facts if fact.name == "order.paid")
    assert sum(fact.handles[0].kind == "anonymous_id" for fact in facts) / FACTS == pytest.approx(0.12, abs=0.02)
    assert sum(
        bool(fact.proof) and not fact.properties["traits"] for fact in facts if "traits" in fact.properties
    ) / FACTS == pytest.approx(0.02, abs=0.01)
    assert len({fact.message for fact in facts}) == FACTS


def test_a_message_has_about_311_bytes(bodies: list[bytes]):
    assert sum(map(len, bodies)) / FACTS == pytest.approx(311, abs=10)
