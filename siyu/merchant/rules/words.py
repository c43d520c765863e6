"""What may be typed: names, user names, languages, themes."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

NAME_LENGTH = 60
LANGUAGES = ("zh-hans", "en")
THEMES = ("light", "dark")
SHOP_KINDS = ("online", "store")
_USERNAME = re.compile(r"[\w.@+-]{2,60}")


class Fault(NamedTuple):
    """Why something is refused, as a `Refusal` will say it: `because` with its `values` apart."""

    code: str
    because: str
    values: Mapping[str, Any] = {}


def fits_name(name: str) -> bool:
    """Whether a name can be shown in a list and typed again: 1 to 60 printable characters, no spaces around."""
    return 0 < len(name) <= NAME_LENGTH and name.isprintable() and name == name.strip()


def fits_username(username: str) -> bool:
    """Whether a user name can be typed to log in: 2 to 60 letters, digits or . _ @ + -, in lower case."""
    return _USERNAME.fullmatch(username) is not None and username == username.lower()
