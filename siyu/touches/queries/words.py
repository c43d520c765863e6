"""How the states of touches and the reasons of refusals read on a page."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.wording import listed
from siyu.audiences.words import CHANNELS, PURPOSES
from siyu.lib.web.parts import Words

from ..rules.gate import Cap, told
from ..rules.media import MEDIA
from ..rules.tasks import RESULTS, SKIPS

STATUSES: dict[str, tuple[Words, str]] = {
    "reserved": (_("Waiting to go"), "blue"),
    "asked": (_("With staff"), "cyan"),
    "sending": (_("Being sent"), "blue"),
    "sent": (_("Sent"), "green"),
    "refused": (_("Not sent"), "orange"),
    "failed": (_("Failed"), "red"),
    "unknown": (_("Unknown"), "purple"),
    "control": (_("Control group (not touched)"), "secondary"),
}
WHYS: dict[str, Words] = {
    "member.gone": _("No longer a member"),
    "member.simulated": _("A simulated customer"),
    "consent.missing": _("No consent"),
    "consent.withdrawn": _("Consent withdrawn"),
    "address.missing": _("Cannot be reached this way, or no longer a friend"),
    "address.refused": _("The address does not exist"),
    "cap.reached": _("Frequency cap"),
    "quiet.hours": _("Quiet hours"),
    "too_late": _("Too late"),
    "control.global": _("Global control group"),
    "control.send": _("Control group of this send"),
    "staff.skipped": _("Skipped by staff"),
    "staff.expired": _("Not done by staff in time"),
    "send.cancelled": _("The send was cancelled"),
    "sop.exited": _("The standing order ended"),
    "provider.busy": _("The provider is busy"),
    "provider.gave_up": _("The provider did not take it in many tries"),
    "provider.closed": _("The address leads where nothing may be sent"),
    "provider.delayed": _("Sent, and not delivered yet"),
    "provider.silent": _("The provider did not answer"),
    "sender.gone": _("The sender stopped in the middle"),
    "template.missing": _("A variable has no value"),
    "template.broken": _("The template cannot be filled"),
    "person.not_sent": _("A person decided that it was not sent"),
}
RETURNED = "bounce."  # before the status of a mail that came back (RFC 3463)


def why_words(why: str) -> str:
    """A reason as people read it; a provider's own code stays as it is."""
    found = WHYS.get(why)
    if why.startswith(RETURNED):
        return gettext("Came back undelivered (%(status)s)") % {"status": why.removeprefix(RETURNED)}
    return str(found) if found is not None else gettext(RESULTS.get(why) or SKIPS[why]) if why in RESULTS or why in SKIPS else why


def detail_words(detail: str) -> str:
    """What the gate or a provider told beside the reason: a cap in words, what was not agreed to; anything else as it is."""
    cap, names = told(detail)
    if not all(name in _NAMES for name in names):
        return why_words(detail)
    return listed([*([_cap_words(cap)] if cap else []), *(str(_NAMES[name]) for name in names)])


_NAMES: dict[str, Words] = {**PURPOSES, **CHANNELS, **{name: _(medium.title) for name, medium in MEDIA.items()}}


def _cap_words(cap: Cap) -> str:
    words = {"day": gettext("%(limit)s a day"), "week": gettext("%(limit)s a week"), "month": gettext("%(limit)s a month")}
    words |= {"days": gettext("%(limit)s in %(days)s days"), "hours": gettext("%(limit)s in %(hours)s hours")}
    return words[cap.window] % {"limit": cap.limit, "days": cap.days, "hours": cap.hours}
