"""So many points a line: 20 for each different product bought."""

import msgspec

from ..seen import Seen
from .amounts import Amount


class PerLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="per_line"):
    """`points` for each line that counts."""

    points: Amount

    def worth(self, seen: Seen) -> tuple[int, int]:
        return self.points * len(seen.lines), 1
