"""A replayed sample, made once for the tests that only look at it."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections

from conftest import _close, _copy, _drop, _point
from siyu.demo.replay import replay

from .living import NOW, SAMPLE, STEP


@pytest.fixture(scope="module")
def lived(server: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Point the module's tests at a database in which the sample was lived to its end."""
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    name = f"lived_{os.getpid()}"
    with django_db_blocker.unblock():
        _copy(server, name, template)
        _close()
        _point(server, name)
        try:
            replay(NOW, households=SAMPLE, days_at_once=STEP)
            yield
        finally:
            _close()
            for alias, settings in before.items():
                connections[alias].settings_dict.update(settings)
            _drop(server, name)
