"""How the states of journeys and enrolments, and the reasons of an end, read on a page."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.parts import Words

STATES: dict[str, tuple[Words, str]] = {
    "draft": (_("Draft"), "secondary"),
    "live": (_("Live"), "green"),
    "paused": (_("Paused"), "orange"),
    "archived": (_("Archived"), "secondary"),
}
STATUSES: dict[str, tuple[Words, str]] = {
    "waiting": (_("Under way"), "blue"),
    "done": (_("Finished"), "green"),
    "left": (_("Left early"), "secondary"),
    "failed": (_("Set aside"), "red"),
    "joined": (_("Joined by a merge"), "secondary"),
}
WHYS: dict[str, Words] = {
    "done": _("Walked to the end"),
    "exit": _("An exit happened"),
    "goal": _("Goal reached"),
    "version": _("Let go by a new version"),
    "archived": _("The journey was archived"),
    "dismissed": _("Dismissed by staff"),
    "removed": _("Taken out by staff"),
    "erased": _("The member was forgotten"),
}


def why_words(why: str) -> Words:
    return WHYS.get(why, why)


def same_words(words: str, same: str) -> str:
    """A fact in words, and of which property of the entry it must be."""
    return gettext("%(fact)s of the same “%(property)s”") % {"fact": words, "property": same} if same else words
