"""From the inbox to first and last channel: the same for any order of arrival, while people turn out to be one."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.sql import statements
from siyu.orders.tests.builders import at, rows

pytestmark = pytest.mark.django_db
NOW = at(24)
_OWED = (
    "SELECT (SELECT array_agg(i.hash ORDER BY i.hash) FROM members_identity i WHERE i.member_id = a.member_id), f.code, first_code,"
    " first_at, l.code, last_code, last_at FROM acquisition_attribution a JOIN acquisition_channel f ON f.id = first_channel_id"
    " JOIN acquisition_channel l ON l.id = last_channel_id ORDER BY 1"
)


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    facts = []
    for number in range(draw(st.integers(2, 10))):
        user = Handle("user_id", draw(st.sampled_from(["u1", "u2", "u3"])))
        device = Handle("anonymous_id", draw(st.sampled_from(["d1", "d2"])))
        handles = draw(st.sampled_from([[user], [device], [device, user]]))
        told = draw(st.sampled_from([{}, {"channel": "a", "code": "1"}, {"channel": "b"}, {"utm_source": "x", "utm_campaign": "spring"}]))
        proof = "identify" if len(handles) > 1 else ""
        occurred_at = at(draw(st.integers(0, 5)))
        facts.append(
            Incoming(name="page.viewed", occurred_at=occurred_at, message=f"m{number}", handles=handles, proof=proof, properties=told)
        )
    return facts


def _lived(facts: list[Incoming], largest: int) -> list[tuple]:
    with transaction.atomic():
        for number, fact in enumerate(facts):
            record([fact], source="web", received_at=NOW + timedelta(seconds=number))
        report = pump(NOW + timedelta(hours=1), largest=largest)
        found = rows(_OWED)
        broken = {name: rows(query) for name, query in vars(statements("siyu.acquisition", "verify")).items()}
        transaction.set_rollback(True)
    assert (report.stopped, report.quarantined) == ("", 0)
    assert not any(broken.values()), broken
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(facts=histories(), chance=st.randoms(use_true_random=False))
def test_any_arrival_order_and_any_batches_owe_alike(facts: list[Incoming], chance: random.Random) -> None:
    one_at_a_time = _lived(facts, 1)
    shuffled = list(facts)
    chance.shuffle(shuffled)

    assert _lived(facts, 1000) == one_at_a_time
    assert _lived(shuffled, chance.choice([1, 2, 1000])) == one_at_a_time
