"""What the writers of this room check alike: codes and names."""

import re

from siyu.lib.refusal import Refusal

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_NAME = 60


def check_code(what: str, code: str) -> None:
    """Refusal: `<what>.code`."""
    if not CODE.fullmatch(code):
        raise Refusal(f"{what}.code", "a code has up to 40 small letters, digits and underscores, and begins with a letter")


def check_name(what: str, name: str) -> None:
    """Refusal: `<what>.name`."""
    if not 1 <= len(name.strip()) <= MAX_NAME or not name.isprintable():
        raise Refusal(f"{what}.name", "a name has 1 to %(limit)s characters", limit=MAX_NAME)
