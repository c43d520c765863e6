"""Audiences that the member is in."""

from typing import ClassVar

import msgspec

from siyu.lib.words import gettext_noop

from ..person import AUDIENCES
from ..seen import Seen, Unmet
from .words import Words, listed


class InAudience(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="audience"):
    """In one of `any` (numbers of audiences), and in none of `none`, as the batch of facts found them."""

    needs: ClassVar[frozenset[str]] = frozenset((AUDIENCES,))

    any: Words = ()
    none: Words = ()

    def fault(self) -> str | None:
        return None if self.any or self.none else gettext_noop("name an audience")

    def unmet(self, seen: Seen) -> Unmet | None:
        audiences = seen.person.audiences
        if self.any and audiences.isdisjoint(self.any):
            return Unmet("audience.outside", gettext_noop("the member is in no audience of %(wanted)s"), {"wanted": listed(self.any)})
        if not audiences.isdisjoint(self.none):
            return Unmet("audience.excepted", gettext_noop("the audience %(wanted)s is excepted"), {"wanted": listed(self.none)})
        return None
