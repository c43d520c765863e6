"""What steps that take time share: how long."""

from datetime import timedelta

from django.utils.translation import gettext, ngettext

from ..rules.definition import Days, Hours, Minutes, StepTerms


class Lasting(StepTerms, frozen=True, kw_only=True):
    """So many days of 24 hours, hours and minutes together."""

    days: Days = 0
    hours: Hours = 0
    minutes: Minutes = 0

    @property
    def length(self) -> timedelta:
        return timedelta(days=self.days, hours=self.hours, minutes=self.minutes)


def length_words(terms: Lasting) -> str:
    """`3 days 2 hours`."""
    minutes = ngettext("%(count)s minute", "%(count)s minutes", terms.minutes) % {"count": terms.minutes}
    parts = [(terms.days, days_words(terms.days)), (terms.hours, hours_words(terms.hours)), (terms.minutes, minutes)]
    return " ".join(words for count, words in parts if count) or gettext("no time")


def days_words(days: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def hours_words(hours: int) -> str:
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
