"""Pages of `docs/` that are written from the code: `python tools/docs.py` writes them, tests/test_house.py compares them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from siyu.facts.catalogue import BY_SEGMENT, KNOWN, PERSONAL_TRAITS  # noqa: E402


def facts_page() -> str:
    """The catalogue of facts."""
    lines = [
        "# Facts we know",
        "",
        "Written from `siyu/facts/catalogue.py` by `python tools/docs.py`; change it there.",
        "A fact of another name is kept as a custom fact, and what looks personal in it becomes a token.",
        "Any fact may also carry `channel`, `code` and `utm_source`, `utm_medium`, `utm_campaign`: that is an arrival.",
        "",
        "| fact | 中文 | who reports it | properties |",
        "|---|---|---|---|",
    ]
    for known in KNOWN:
        properties = "; ".join(
            f"`{p.name}` {p.type}{f', {p.unit}' if p.unit else ''}{' (required)' if p.is_required else ''}{f': {p.help}' if p.help else ''}"
            for p in known.properties
        )
        lines.append(f"| `{known.name}` | {known.title} | {known.who} | {properties} |")
    lines += ["", "## Names of Segment's e-commerce specification", "", "| Segment | ours |", "|---|---|"]
    lines += [f"| {segment} | `{ours}` |" for segment, ours in BY_SEGMENT.items()]
    lines += ["", "## Personal traits of `member.identified`", "", "| trait | kind |", "|---|---|"]
    lines += [f"| `{name}` | {kind} |" for name, kind in PERSONAL_TRAITS.items()]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Path → text of every generated page."""
    return {"docs/facts.md": facts_page()}


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text)
