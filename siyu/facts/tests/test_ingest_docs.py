"""`docs/ingest.md` names every code the endpoint and the translation can answer with, and the limits as they are."""

import re
from pathlib import Path

from siyu.facts.ingest import door, flusher, keys, requests
from siyu.facts.segment import MAX_BODY, MAX_MESSAGE, MAX_MESSAGES, times
from siyu.facts.segment.context import MAX_ID
from siyu.facts.segment.translate import MAX_NAME

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs/ingest.md").read_text()


def test_every_code_is_named():
    raised = re.compile(r'(?:FactError\(|Refused\(\d{3}, )"([\w.]+)"')
    sources = [path for folder in ("segment", "ingest") for path in (ROOT / "siyu/facts" / folder).glob("*.py")]
    codes = {code for path in sources for code in raised.findall(path.read_text())}

    assert len(codes) > 25
    assert {code for code in codes if f"`{code}`" not in TEXT} == set()


def test_the_limits_are_those_of_the_code():
    for said in (
        f"{MAX_MESSAGE // 1024} KiB a single request",
        f"{MAX_BODY // 1024} KiB and {MAX_MESSAGES:,} messages a batch",
        f"more than {requests.MAX_COUNTED:,} messages",
        f"more than {door.READ_SECONDS:.0f} seconds",
        f"{flusher.MAX_ENVELOPES:,} envelopes wait",
        f"{flusher.MAX_BYTES >> 20} MiB are being read",
        f"{times.FUTURE.total_seconds() / 3600:.0f} hours ahead",
        f"1 to {MAX_NAME} characters",
        f"more than {MAX_ID} characters",
    ):
        assert said in TEXT, said
    assert keys.FRESH_SECONDS <= 10
