"""Which encoding a text file is in: its mark, else what its bytes allow (UTF-8, then GB18030, which includes GBK)."""

import codecs
from pathlib import Path

from siyu.lib.encodings import START, told
from siyu.lib.refusal import Refusal

_CANDIDATES = ("utf-8", "gb18030")
_LINE = 1 << 20


def encoding_of(path: Path, said: str = "") -> str:
    """The encoding to read a file with: the one that was said, or the one that leaves fewest lines unreadable.

    Raises `Refusal`: `encoding.unknown` when neither candidate reads half of the lines that are not plain ASCII.
    """
    if said:
        return _known(said)
    with open(path, "rb") as file:
        if found := told(file.read(START)):
            return found
    lines, bad = _bad_lines(path)
    best = min(_CANDIDATES, key=lambda name: bad[name])
    if lines and bad[best] * 2 > lines:
        raise Refusal("encoding.unknown", "the text is neither UTF-8 nor GBK; say what it is with --encoding (for example big5, cp1252)")
    return best


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError as error:
        raise Refusal("encoding.unknown", "no encoding is called %(name)s; try utf-8, gb18030, big5 or cp1252", name=name) from error
    if not getattr(found, "_is_text_encoding", True):
        raise Refusal("encoding.unknown", "%(name)s is no encoding of text", name=name)
    if found.name.startswith("utf-32"):
        raise Refusal("encoding.unknown", "UTF-32 files are not read; save the file as UTF-8")
    return "utf-8-sig" if found.name == "utf-8" else "gb18030" if found.name in ("gbk", "gb2312") else found.name


def _bad_lines(path: Path) -> tuple[int, dict[str, int]]:
    """Lines that hold more than ASCII, and how many of them each candidate cannot read."""
    lines, bad = 0, dict.fromkeys(_CANDIDATES, 0)
    with open(path, "rb") as file:
        while line := file.readline(_LINE):
            if line.isascii():
                continue
            lines += 1
            for name in _CANDIDATES:
                try:
                    line.decode(name)
                except UnicodeDecodeError:
                    bad[name] += 1
    return lines, bad
