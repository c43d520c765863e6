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
CHANNELS: dict[str, Words] = {"sms": _("SMS"), "email": _("e-mail"), "wecom": _("WeCom"), "phone": _("phone"), "any": _("any channel")}
