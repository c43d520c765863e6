"""Tags that staff or rules put on the member."""

from typing import ClassVar

import msgspec

from siyu.lib.words import gettext_noop

from ..person import TAGS
from ..seen import Seen, Unmet
from .words import Words, listed


class HasTag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="tag"):
    """At least one of `any`, and none of `none`."""

    needs: ClassVar[frozenset[str]] = frozenset((TAGS,))

    any: Words = ()
    none: Words = ()

    def fault(self) -> str | None:
        return None if self.any or self.none else gettext_noop("name a tag")

    def unmet(self, seen: Seen) -> Unmet | None:
        tags = seen.person.tags
        if self.any and tags.isdisjoint(self.any):
            return Unmet("tag.missing", gettext_noop("the member has no tag of %(wanted)s"), {"wanted": listed(self.any)})
        if not tags.isdisjoint(self.none):
            return Unmet("tag.excepted", gettext_noop("members with the tag %(wanted)s are excepted"), {"wanted": listed(self.none)})
        return None
