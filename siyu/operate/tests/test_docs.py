"""`docs/operate.md` says what the code does."""

import re
from pathlib import Path

from siyu.operate import health, supervise, web, work

ROOT = Path(__file__).resolve().parents[3]
DOCS = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
PROSE = " ".join(DOCS.split())


def test_every_environment_variable_of_the_program_is_explained():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "siyu").rglob("*.py") if "tests" not in path.parts)
    read = set(re.findall(r"environ(?:\.get\(|\[)\"((?:SIYU|DATABASE|APP)_?\w*)\"", code))
    internal = {"SIYU_POOL", "SIYU_PARENT"}  # from one process of ours to another

    assert read - internal == set(re.findall(r"^\| `(\w+)` \|", DOCS, re.MULTILINE))


def test_its_numbers_are_those_of_the_code():
    assert f"requests within {web.STOP_WITHIN_S} s" in PROSE
    assert f"1 to {supervise.LONGEST_PAUSE_S:.0f} s later" in PROSE
    assert f"each within {supervise.QUICK_DEATH_S:.0f} s of a start" in PROSE
    assert supervise.MOST_QUICK_DEATHS == 5
    assert "after five deaths" in PROSE
    assert f"silent {health.WORKER_SILENT_AFTER.seconds} s after" in PROSE
    assert work.LOOK_EVERY_S == 1 / 4
    assert "four times a second" in PROSE
