"""A replayed sample, made once for the tests that only look at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections

from conftest import _close, _copy, _drop, _point
from siyu.demo.replay import replay

from .living import NOW, SAMPLE, STEP


@pytest.fixture(scope="session")
def of_the_sample(server: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a database in which the sample was lived to its end; whoever asks for it is of the group `lived`."""
    name = f"lived_{os.getpid()}"
    with django_db_blocker.unblock():
        _copy(server, name, template)
        try:
            with _pointed(server, name):
                replay(NOW, households=SAMPLE, days_at_once=STEP)
            yield name
        finally:
            _drop(server, name)


@pytest.fixture(scope="module")
def lived(server: str, of_the_sample: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Point the module's tests at it."""
    with django_db_blocker.unblock(), _pointed(server, of_the_sample):
        yield


@contextmanager
def _pointed(server: str, name: str) -> Iterator[None]:
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    _close()
    _point(server, name)
    try:
        yield
    finally:
        _close()
        for alias, settings in before.items():
            connections[alias].settings_dict.update(settings)
