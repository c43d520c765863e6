"""Where it happened: shop, store, channel, source."""

from typing import ClassVar

import msgspec

from siyu.lib.words import gettext_noop

from ..person import SOURCES
from ..seen import Seen, Unmet
from .words import Words, listed


class AtPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="place"):
    """One of the codes in each list that is given: `shops` (online shops), `stores` (on the street), `channels`, `sources` of facts."""

    needs: ClassVar[frozenset[str]] = frozenset((SOURCES,))

    shops: Words = ()
    stores: Words = ()
    channels: Words = ()
    sources: Words = ()

    def fault(self) -> str | None:
        return None if self.shops or self.stores or self.channels or self.sources else gettext_noop("name a shop, store, channel or source")

    def unmet(self, seen: Seen) -> Unmet | None:
        told = seen.properties
        source = seen.frame.sources.get(seen.fact.source_id, "")
        for wanted, value in (
            (self.shops, told.get("shop")),
            (self.stores, told.get("store")),
            (self.channels, told.get("channel")),
            (self.sources, source),
        ):
            if wanted and value not in wanted:
                return Unmet("place.other", gettext_noop("it happened elsewhere than at %(wanted)s"), {"wanted": listed(wanted)})
        return None
