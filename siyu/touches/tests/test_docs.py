"""`docs/touches.md` names every medium, every reason of the gate, every setting and every tag of the language."""

import re
from pathlib import Path

from siyu.touches.rules.gate import Why
from siyu.touches.rules.media import MEDIA
from siyu.touches.rules.settings import PURPOSES, SETTINGS
from siyu.touches.rules.wording import TAGS
from siyu.touches.services.sending import MAX_ATTEMPTS
from siyu.touches.services.sends import MAX_ARMS, STANDS
from siyu.touches.variables import PREFIXES, known

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs/touches.md").read_text()
ROW = re.compile(r"^\| `([\w.]+)` \|", re.MULTILINE)


def test_the_tables_hold_all_ways_and_all_reasons() -> None:
    assert set(ROW.findall(TEXT)) == set(MEDIA) | set(Why)


def test_the_language_is_that_of_the_code() -> None:
    said = re.search(r"Liquid: `([a-z ]+)`", TEXT)
    assert said is not None
    assert set(said[1].split()) == TAGS
    beginnings = {name.partition(".")[0] for name in known()} | {prefix.rstrip(".") for prefix in PREFIXES}
    assert {name for name in beginnings if f"`{name}." not in TEXT and f"{{{{ {name}." not in TEXT} == set()


def test_settings_states_and_limits_are_named() -> None:
    names = [*(setting.name for setting in SETTINGS), *PURPOSES, *STANDS]
    assert [name for name in names if f"`{name}`" not in TEXT] == []
    assert f"up to {MAX_ATTEMPTS} times" in TEXT
    assert (MAX_ARMS, "one to four arms" in TEXT) == (4, True)
