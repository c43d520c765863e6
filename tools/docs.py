"""Pages of `docs/` that are written from the code: `python tools/docs.py` writes them, tests/test_house.py compares them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from siyu.facts.catalogue import BY_SEGMENT, PARTS, PERSONAL_TRAITS, KnownFact  # noqa: E402


def facts_page() -> str:
    """The catalogue of facts."""
    lines = [
        "# Facts we know",
        "",
        "Written from `siyu/facts/catalogue/` by `python tools/docs.py`; change it there.",
        "A fact of another name is kept as a custom fact, and what looks personal in it becomes a token.",
        "Any fact may also carry `channel`, `code` and `utm_source`, `utm_medium`, `utm_campaign`: that is an arrival.",
    ]
    for part in PARTS:
        lines += ["", f"## {(part.__doc__ or '').rstrip('.')}", "", "| fact | 中文 | who reports it | properties |", "|---|---|---|---|"]
        lines += [f"| `{known.name}` | {known.title} | {known.who} | {_properties(known)} |" for known in part.FACTS]
    lines += ["", "## Names of Segment's e-commerce specification", "", "| Segment | ours |", "|---|---|"]
    lines += [f"| {segment} | `{ours}` |" for segment, ours in BY_SEGMENT.items()]
    lines += ["", "## Personal traits of `member.identified`", "", "| trait | kind |", "|---|---|"]
    lines += [f"| `{name}` | {kind} |" for name, kind in PERSONAL_TRAITS.items()]
    return "\n".join(lines) + "\n"


def _properties(known: KnownFact) -> str:
    return "; ".join(
        f"`{p.name}` {p.type}{f', {p.unit}' if p.unit else ''}{' (required)' if p.is_required else ''}{f': {p.help}' if p.help else ''}"
        for p in known.properties
    )


def pages() -> dict[str, str]:
    """Path → text of every generated page."""
    return {"docs/facts.md": facts_page()}


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text)
