"""What most tests of the ground need: settings of this room alone, an owner, a log-in."""

from collections.abc import Iterator

import pytest
from django.test import Client

from siyu import wiring
from siyu.merchant import queries
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM, Actor, Setting
from siyu.merchant.services import create_staff

TRIAL = (
    Setting("trial.days", int, 7, "Days", "", lambda value: None if value > 0 else "must be positive"),
    Setting("trial.steps", list, [30, 60], "Steps", "", lambda value: None if sorted(value) == value else "must rise"),
    Setting("trial.is_on", bool, False, "On"),
    Setting("trial.rates", dict, {"a": 1}, "Rates", "", lambda value: None if value["a"] else "a must not be 0"),
)


@pytest.fixture
def trial_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of every kind beside those of this room."""
    monkeypatch.setattr(wiring, "SETTINGS", ["siyu.merchant.rules.SETTINGS", "siyu.merchant.tests.conftest.TRIAL"])
    queries.catalogue.cache_clear()
    yield
    queries.catalogue.cache_clear()


@pytest.fixture
def boss(db: None) -> Actor:
    """The first owner."""
    made = create_staff(SYSTEM, "boss", "Boss", "owner", password="correct horse battery")
    return Actor("staff", made.id, "Boss")


@pytest.fixture
def boss_client(client: Client, boss: Actor) -> Client:
    """A browser in which the first owner is logged in."""
    client.force_login(Staff.objects.get(pk=boss.id))
    return client
