"""What the channels' pages share: words of kinds, tabs, today."""

from datetime import date

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.dates import DateRange
from siyu.lib.web.parts import Tab
from siyu.merchant.access import PageRequest
from siyu.merchant.queries import today

from .. import queries
from ..models import Channel

Words = str | Promise
KINDS: dict[str, tuple[Words, str]] = {
    "marketplace": (_("Marketplace"), "blue"),
    "short_video": (_("Short video"), "pink"),
    "article": (_("Article"), "cyan"),
    "ad": (_("Advertisement"), "orange"),
    "store": (_("Store"), "green"),
    "partner": (_("Partner"), "purple"),
    "staff": (_("Staff"), "teal"),
    "other": (_("Other"), "secondary"),
}
_TABS = (("channels", _("Channels")), ("costs", _("Costs")), ("channel-rules", _("UTM rules")))


def tabs(active: str) -> list[Tab]:
    return [Tab(title, reverse(name), name == active) for name, title in _TABS]


def chosen_days(request: PageRequest) -> DateRange:
    return DateRange.from_request(request, this_day())


def this_day() -> date:
    """The merchant's business day of now."""
    return today(utc_now())


def channel_or_404(channel_id: int) -> Channel:
    channel = queries.one_channel(channel_id)
    if channel is None:
        raise Http404
    return channel
