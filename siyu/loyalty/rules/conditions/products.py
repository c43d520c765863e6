"""Products and categories: which lines of an order count, and that there are some."""

from typing import ClassVar

import msgspec

from siyu.lib.words import gettext_noop

from ..person import CATEGORIES
from ..seen import Line, Seen, Unmet
from .words import Words, listed


class OfProducts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="products"):
    """Lines of these SKUs or categories (all, when none is named) but those excepted. With `matching_only` only they earn; without it
    one such line is enough for the whole order. A category holds for those below it.
    """

    needs: ClassVar[frozenset[str]] = frozenset((CATEGORIES,))

    skus: Words = ()
    categories: Words = ()
    except_skus: Words = ()
    except_categories: Words = ()
    matching_only: bool = True

    def fault(self) -> str | None:
        named = self.skus or self.categories or self.except_skus or self.except_categories
        return None if named else gettext_noop("name products or categories, or some that are excepted")

    def unmet(self, seen: Seen) -> Unmet | None:
        lines = seen.all_lines or [seen.properties]
        if not any(self._counts(seen, line) for line in lines):
            words = gettext_noop("nothing of %(wanted)s is in the order") if self._wanted else gettext_noop("all of the order is excepted")
            return Unmet("products.none", words, {"wanted": listed(self._wanted)})
        if self.matching_only and seen.all_lines:
            seen.narrow(lambda line: self._counts(seen, line))
        return None

    @property
    def _wanted(self) -> tuple[str, ...]:
        return self.skus + self.categories

    def _counts(self, seen: Seen, line: Line) -> bool:
        sku, categories = str(line.get("sku") or ""), seen.categories_of(line)
        if sku in self.except_skus or any(category in self.except_categories for category in categories):
            return False
        return not self._wanted or sku in self.skus or any(category in self.categories for category in categories)
