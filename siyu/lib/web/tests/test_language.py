"""The language of a page is that of its reader, and of nobody before."""

import pytest
from django.conf import settings
from django.utils.translation import activate, get_language


@pytest.mark.xdist_group("language")
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_activates_ends_with_it(turn: str) -> None:
    assert get_language() == settings.LANGUAGE_CODE
    activate("en")
