"""What time brings in several rooms is heard in order of instants, whichever room is asked first."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from psycopg import Cursor

from siyu import wiring
from siyu.facts.pump import pump
from siyu.facts.rules import Batch, Derived

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)
_heard: list[str] = []
_done: set[str] = set()


def _room(name: str, at: datetime) -> SimpleNamespace:
    """A room in which something happens once by itself."""

    def due(cursor: Cursor, batch: Batch) -> list[Derived]:
        _done.add(name)
        return [Derived(name=name, reaction="test", member_id=1, properties={}, at=at)]

    return SimpleNamespace(due=due, next_due=lambda cursor: None if name in _done else at)


later, sooner = _room("stage.changed", NOW - timedelta(hours=1)), _room("tier.changed", NOW - timedelta(hours=2))


def conclude(cursor: Cursor, batch: Batch) -> None:
    _heard.extend(fact.name for fact in batch.facts)


@pytest.mark.django_db
def test_what_time_brings_in_two_rooms_is_heard_in_order_of_instants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "DUE", {"members": f"{__name__}.later", "loyalty": f"{__name__}.sooner"})
    monkeypatch.setattr(wiring, "CONCLUSIONS", [f"{__name__}.conclude"])
    _heard.clear()
    _done.clear()

    report = pump(NOW)

    assert (report.stopped, report.moves, _heard) == ("", 2, ["tier.changed", "stage.changed"])
