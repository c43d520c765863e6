"""Each invariant of membership names the row that was corrupted, and it alone. Every part brings a scene and its corruptions."""

from types import ModuleType

import pytest
from django.db import connection

from siyu.lib.sql import statements

from .corruptions import behaviours, benefits, mall, plans

PARTS: tuple[ModuleType, ...] = (benefits, plans, behaviours, mall)
CORRUPTIONS: dict[str, str] = {name: corruption for part in PARTS for name, corruption in part.CORRUPTIONS.items()}


def broken() -> list[str]:
    """Invariants of this room that do not hold."""
    found = []
    with connection.cursor() as cursor:
        for name, statement in vars(statements("siyu.membership", "verify")).items():
            cursor.execute(statement)
            if cursor.fetchone():
                found.append(name)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part in PARTS for name in part.CORRUPTIONS], ids=lambda value: str(value)[-40:]
)
def test_a_corrupted_row_is_named(part: ModuleType, name: str) -> None:
    part.scene()
    assert broken() == []

    with connection.cursor() as cursor:
        cursor.execute(CORRUPTIONS[name])
        assert cursor.rowcount != 0

    assert name in broken()
    assert set(broken()) <= {name} | getattr(part, "KNOCK_ON", {}).get(name, set())


def test_every_invariant_is_corrupted_once() -> None:
    assert set(CORRUPTIONS) == set(vars(statements("siyu.membership", "verify")))
