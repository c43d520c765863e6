"""Was touched so often: messages that a provider took, or staff wrote."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.asking import Counted
from siyu.audiences.conditions.did_fact import counters, dirty_on, next_due, sql, watches, why

from . import TouchTerms, telling

__all__ = ["TITLE", "Terms", "counters", "dirty_on", "next_due", "sql", "watches", "why", "words"]
TITLE = _("Was touched")
FACT = "touch.sent"


class Terms(TouchTerms, frozen=True, tag_field="condition", tag="touched"):
    """Facts `touch.sent`, so many times; zero times is `exactly 0`."""

    @property
    def counted(self) -> Counted:
        return self.counting(FACT)


words = telling(lambda: gettext("was touched"))
