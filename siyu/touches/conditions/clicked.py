"""Followed links of messages so often; each click counts."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.asking import Counted
from siyu.audiences.conditions.did_fact import counters, dirty_on, next_due, sql, watches, why

from . import TouchTerms, telling

__all__ = ["TITLE", "Terms", "counters", "dirty_on", "next_due", "sql", "watches", "why", "words"]
TITLE = _("Clicked in a message")
FACT = "touch.clicked"


class Terms(TouchTerms, frozen=True, tag_field="condition", tag="clicked"):
    """Facts `touch.clicked`, so many times; zero times is `exactly 0`."""

    @property
    def counted(self) -> Counted:
        return self.counting(FACT)


words = telling(lambda: gettext("clicked in a message"))
