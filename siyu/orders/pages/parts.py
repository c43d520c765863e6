"""What the order book's pages share: words of statuses, who bought, tabs, the address of a file."""

from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.parts import Tab
from siyu.lib.web.tables import ListTable
from siyu.merchant.rules import Viewer

STATUSES = {
    "created": (_("Unpaid"), "secondary"),
    "paid": (_("Paid"), "blue"),
    "shipped": (_("Shipped"), "cyan"),
    "received": (_("Received"), "green"),
    "closed": (_("Closed"), "red"),
}
_TABS = (("orders", _("Orders")), ("refunds", _("Refunds")), ("adjustments", _("Adjustments")))


class BuyerTable(ListTable):
    """A list with a column `buyer`: a link for who may see members, else the public id alone."""

    def __init__(self, rows: Any, viewer: Viewer, **options: Any) -> None:
        self.viewer = viewer
        super().__init__(rows, **options)

    def render_buyer(self, record: Any) -> str:
        return buyer_link(self.viewer, *self.buyer_of(record))

    def buyer_of(self, record: Any) -> tuple[str, str]:
        """Public id and nickname; both empty for an anonymous order."""
        return record.buyer_public_id, record.buyer_nickname


def buyer_column() -> tables.Column:
    return tables.Column(_("Buyer"), empty_values=())


def buyer_link(viewer: Viewer, public_id: str, nickname: str) -> str:
    """The buyer as this viewer may see one."""
    if not public_id:
        return format_html('<span class="text-secondary">{}</span>', gettext("Anonymous"))
    if not viewer.may("members.view"):
        return public_id
    return format_html('<a href="{}">{}</a>', reverse("member", args=[public_id]), nickname or public_id)


def tabs(active: str) -> list[Tab]:
    return [Tab(title, reverse(name), name == active) for name, title in _TABS]


def file_url(request: HttpRequest, name: str, viewer: Viewer) -> str:
    """The address of the list as a file, with the filters of the page; empty for who may not take it along."""
    if not viewer.may("orders.export"):
        return ""
    parameters = request.GET.copy()
    parameters.pop("cursor", None)
    return f"{reverse(name)}?{parameters.urlencode()}"
