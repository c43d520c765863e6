"""Opened messages so often: in the inbox, or a mail whose pictures were shown. Who only clicked is asked for by `clicked`."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.asking import Counted
from siyu.audiences.conditions.did_fact import counters, dirty_on, next_due, sql, watches, why

from . import TouchTerms, telling

__all__ = ["TITLE", "Terms", "counters", "dirty_on", "next_due", "sql", "watches", "why", "words"]
TITLE = _("Opened a message")
FACT = "touch.opened"


class Terms(TouchTerms, frozen=True, tag_field="condition", tag="opened"):
    """Facts `touch.opened`, so many times; zero times is `exactly 0`."""

    @property
    def counted(self) -> Counted:
        return self.counting(FACT)


words = telling(lambda: gettext("opened a message"))
