"""Tests of pages wait for no pump: none runs."""

import pytest


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("siyu.portal.pages.parts.PATIENCE_S", 0.0)


@pytest.fixture
def developer(settings):
    """Codes may be looked at."""
    settings.DEVELOPER_CODES = True
