"""What the writers of this room check alike."""

import re

from siyu.lib.refusal import Refusal

CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def check_names(what: str, code: str, name: str) -> None:
    """Refusals: `<what>.code`, `<what>.name`."""
    if not CODE.fullmatch(code):
        raise Refusal(f"{what}.code", "a code has up to 40 small letters, digits, hyphens and underscores, and begins with a letter")
    if not 1 <= len(name.strip()) <= 60:
        raise Refusal(f"{what}.name", "a name has 1 to 60 characters")
