"""The tier held before the fact at hand."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..seen import Seen, Unmet
from .words import Word, listed


class HoldsTier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="tier"):
    """One of these tiers, by code. What the fact at hand adds does not count yet."""

    needs: ClassVar[frozenset[str]] = frozenset()

    codes: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=50)]

    def fault(self) -> str | None:
        return None

    def unmet(self, seen: Seen) -> Unmet | None:
        if seen.tier in self.codes:
            return None
        return Unmet("tier.other", gettext_noop("it is for members of the tiers %(wanted)s"), {"wanted": listed(self.codes)})
