"""What the first bytes of a text file tell of its encoding."""

import codecs

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
START = 4_096  # bytes that are enough


def told(start: bytes) -> str:
    """The encoding that a mark tells, or the zeros of UTF-16 without one; empty when the bytes tell nothing."""
    return next((name for mark, name in _MARKS if start.startswith(mark)), "") or _unmarked_wide(start)


def _unmarked_wide(start: bytes) -> str:
    """Every second byte of what is ASCII is zero, and no other."""
    odd, even = start[1::2].count(0), start[::2].count(0)
    if max(odd, even) * 20 <= len(start) or min(odd, even):
        return ""
    return "utf-16-le" if odd else "utf-16-be"
