"""Words of stages, purposes and the like, as readers call them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise
STAGES: dict[str, Words] = {
    "pool": _("pool stage"),
    "activity": _("purchase activity"),
    "ladder": _("relationship"),
    "silent": _("silent"),
    "growing": _("growing"),
    "active": pgettext_lazy("stage", "active"),
    "declining": _("declining"),
    "drowsy": _("drowsy"),
    "lost": _("lost"),
    "stranger": _("stranger"),
    "follower": _("follower"),
    "friend": _("friend"),
    "group_member": _("group member"),
    "buyer": _("buyer"),
    "repeat_buyer": _("repeat buyer"),
    "member": _("member"),
    "super_member": _("super member"),
}
PURPOSES: dict[str, Words] = {"marketing": _("marketing"), "service": _("service"), "personalisation": _("personalisation")}
CHANNELS: dict[str, Words] = {
    "sms": _("SMS"),
    "email": _("e-mail"),
    "wecom": _("WeCom"),
    "inbox": _("member centre inbox"),
    "phone": _("phone"),
    "webhook": _("other apps (webhook)"),
    "any": _("any channel"),
}
GROUPS: dict[str, Words] = {
    "high_value": _("High-value payers"),
    "silent_potential": _("Silent potential"),
    "ordinary": _("Ordinary buyers"),
    "interested": _("Brand-interested"),
    "onlooker": _("Not bought yet"),
}
GROUPS_MEAN: dict[str, Words] = {
    "high_value": _("The top fifth of buyers by net revenue, who did not go quiet (R 3 to 5, M 5)."),
    "silent_potential": _("Buyers who brought much and went quiet: worth waking (R 1 or 2, M 4 or 5)."),
    "ordinary": _("All other buyers."),
    "interested": _("Never bought, but looked around or filled the cart within the last 30 days."),
    "onlooker": _("Known, never bought, and not seen looking around within the last 30 days."),
}
