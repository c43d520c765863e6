"""The same for every fact: 5 for a check-in."""

import msgspec

from ..seen import Seen
from .amounts import Amount


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fixed"):
    """The same for every fact."""

    points: Amount

    def worth(self, seen: Seen) -> tuple[int, int]:
        return self.points, 1
