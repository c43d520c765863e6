"""The points mall: gifts with their figures, one of them, making and changing it, stock and codes."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.money import minor_digits, to_minor
from siyu.lib.web.business import business
from siyu.lib.web.formats import major, money
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, NumberColumn
from siyu.loyalty.rewards import words_of_all
from siyu.merchant.access import PageRequest, public, requires

from .. import pictures
from ..models import Gift, StockMove
from ..queries import mall as queries
from ..services.mall import GiftTerms, add_codes, archive_gift, change_gift, change_stock, create_gift, put_on_sale
from .deeds import KINDS, PERIODS, WAYS, answered, chosen_days, confirmed, mall_tabs
from .fields import NamesField, RewardsField

MOVES = {
    "supply": _("Supplied"),
    "correct": _("Corrected"),
    "redeem": _("Exchanged for points"),
    "return": _("Given back"),
    "codes": _("Codes entered"),
}


def _instants(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


class GiftForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(label=_("Explanation"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    points = forms.IntegerField(label=_("Points"), min_value=0, max_value=10**9)
    money = forms.DecimalField(label=_("And money"), min_value=Decimal(0), max_digits=12, initial=0, required=False)
    delivery = forms.MultipleChoiceField(
        label=_("Delivery"),
        choices=[(key, WAYS[key]) for key in ("ship", "pick_up")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of goods."),
    )
    rewards = RewardsField(label=_("What it gives"), required=False)
    sku = forms.CharField(label=_("Picture of the product (SKU)"), max_length=100, required=False)
    upload = forms.FileField(label=_("Or a picture of its own"), required=False, help_text=_("JPEG, PNG or WebP of at most 1 MB."))
    limit_each = forms.IntegerField(label=_("At most for one member"), min_value=1, required=False)
    limit_period = forms.ChoiceField(label=_("Of the limit"), choices=list(PERIODS.items()), initial="all")
    tiers = NamesField(label=_("Only tiers"), help_text=_("Codes of tiers, parted by commas; empty: everybody."))
    tags = NamesField(label=_("Only tags"), help_text=_("Names of tags, parted by commas; empty: everybody."))
    from_at = _instants(_("On sale from"))
    until_at = _instants(_("On sale until"))
    pick_up_days = forms.IntegerField(label=_("Can be picked up for days"), min_value=1, max_value=365, initial=14)
    sort = forms.IntegerField(label=_("Place in the list"), initial=0, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["money"].help_text = business().currency
        self.fields["money"].widget.attrs["step"] = str(Decimal(1).scaleb(-minor_digits(business().currency)))

    def terms(self, picture: str = "") -> GiftTerms:
        """What the service takes; an upload becomes the picture."""
        told = {key: value for key, value in self.cleaned_data.items() if key not in ("code", "kind", "stock", "money", "upload")}
        upload = self.cleaned_data.get("upload")
        name = pictures.keep(upload.read(pictures.MAX_BYTES + 1)) if upload else picture
        money = to_minor(self.cleaned_data["money"] or Decimal(0), business().currency)
        return GiftTerms(**told | {"sort": told["sort"] or 0, "money_minor": money, "picture": name})


class NewGiftForm(GiftForm):
    field_order = ("code", "kind", "name", "description", "points", "money", "stock")
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it does not change."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind, title) for kind, (title, _colour) in KINDS.items()])
    stock = forms.IntegerField(label=_("Stock"), min_value=0, required=False, help_text=_("Empty: without end. Codes bring their own."))


class StockForm(Form):
    pieces = forms.IntegerField(label=_("More pieces"), help_text=_("Negative: fewer."))
    because = forms.CharField(label=_("Reason"), max_length=200)


class CodesForm(Form):
    codes = forms.CharField(
        label=_("Voucher codes"), widget=forms.Textarea(attrs={"rows": 10}), help_text=_("One on each line; known ones are left out.")
    )


class Gifts(ListTable):
    name = tables.Column(_("Gift"), linkify=("gift", {"code": tables.A("code")}))
    kind = BadgeColumn(KINDS, _("Kind"))
    price = tables.Column(_("Price"), empty_values=())
    stock = tables.Column(_("Stock"), empty_values=())
    redeemed = NumberColumn(_("Pieces redeemed"), empty_values=())
    points_kept = NumberColumn(_("Points spent"), empty_values=())
    open = NumberColumn(_("Still open"), empty_values=())
    state = tables.Column(_("State"), empty_values=())

    def __init__(self, rows: list[Gift], figures: dict[int, tuple[int, int, int, int]], now: datetime, **options: Any) -> None:
        self.counted, self.now = figures, now
        super().__init__(rows, **options)

    def render_price(self, record: Gift) -> str:
        return price_of(record)

    def render_stock(self, record: Gift) -> str:
        if record.stock is None:
            return gettext("without end")
        return format_html('<span class="{}">{}</span>', "text-danger" if record.stock == 0 else "", f"{record.stock:,}")

    def render_redeemed(self, record: Gift) -> str:
        return f"{self.counted.get(record.pk, (0, 0, 0, 0))[1]:,}"

    def render_points_kept(self, record: Gift) -> str:
        return f"{self.counted.get(record.pk, (0, 0, 0, 0))[2]:,}"

    def render_open(self, record: Gift) -> str:
        return f"{self.counted.get(record.pk, (0, 0, 0, 0))[3]:,}"

    def render_state(self, record: Gift) -> str:
        title, colour = state_of(record, self.now)
        return format_html('<span class="badge bg-{}-lt">{}</span>', colour, title)


class Moves(ListTable):
    at = InstantColumn(_("At"))
    kind = tables.Column(_("Move"))
    pieces = NumberColumn(_("Pieces"))
    by = tables.Column(_("By"))

    def render_kind(self, record: StockMove) -> str:
        return str(MOVES.get(record.kind, record.kind))


@requires("membership.view")
def gifts(request: PageRequest) -> HttpResponse:
    days = chosen_days(request)
    rows = queries.gifts(archived="archived" in request.GET)
    figures = queries.gift_figures(days.first, days.last, request.viewer.scope)
    context = {
        "title": _("Points mall"),
        "tabs": mall_tabs("mall", request.viewer.may("mall.fulfil")),
        "days": days,
        "table": Gifts(rows, figures, utc_now(), empty_text=_("No gifts yet: make one and put it on sale")),
        "new_url": reverse("gift-new"),
        "new_title": _("New gift"),
    }
    return render(request, "membership/ranged.html", context)


@requires("membership.view")
def gift(request: PageRequest, code: str) -> HttpResponse:
    row, days = _gift(code), chosen_days(request)
    counted = queries.gift_figures(days.first, days.last, request.viewer.scope).get(row.pk, (0, 0, 0, 0))
    context = {
        "title": row.name,
        "gift": row,
        "state": state_of(row, utc_now()),
        "kind": KINDS[row.kind],
        "ways": [WAYS[way] for way in row.delivery],
        "price": price_of(row),
        "gives": words_of_all(row.rewards),
        "limit_period": PERIODS[row.limit_period],
        "days": days,
        "counted": counted,
        "table": Moves(queries.stock_moves(row.pk), empty_text=_("Its stock never moved")),
    }
    return render(request, "membership/gift.html", context)


@requires("membership.edit")
def new_gift(request: PageRequest) -> HttpResponse:
    form = NewGiftForm(request.POST or None, request.FILES or None)

    def create() -> None:
        told = form.cleaned_data
        create_gift(request.viewer.actor, told["code"], told["kind"], form.terms(), now=utc_now(), stock=told["stock"])

    if request.method == "POST" and applied(form, create):
        return redirect("gift", code=form.cleaned_data["code"])
    return render(request, "web/form.html", {"title": _("New gift"), "form": form, "cancel_url": reverse("mall")})


@requires("membership.edit")
def edit_gift(request: PageRequest, code: str) -> HttpResponse:
    row = _gift(code)
    initial = {name: getattr(row, name) for name in GiftTerms.__struct_fields__} | {"money": major(row.money_minor)}
    form = GiftForm(request.POST or None, request.FILES or None, initial=initial)
    back = reverse("gift", args=[code])
    service = lambda: change_gift(request.viewer.actor, code, form.terms(row.picture), now=utc_now())  # noqa: E731
    return answered(request, form, service, title=row.name, back=back, done=_("Saved."))


@requires("membership.edit")
def stock(request: PageRequest, code: str) -> HttpResponse:
    row, form = _gift(code), StockForm(request.POST or None)
    service = lambda: change_stock(request.viewer.actor, code, **form.cleaned_data, now=utc_now())  # noqa: E731
    help_ = gettext("In stock: %(stock)s") % {"stock": row.stock}
    return answered(request, form, service, title=row.name, help=help_, back=reverse("gift", args=[code]), done=_("Saved."))


@requires("membership.edit")
def codes(request: PageRequest, code: str) -> HttpResponse:
    row, form = _gift(code), CodesForm(request.POST or None)
    service = lambda: add_codes(request.viewer.actor, code, form.cleaned_data["codes"].splitlines(), now=utc_now())  # noqa: E731
    return answered(request, form, service, title=row.name, back=reverse("gift", args=[code]), done=_("Entered."))


@requires("membership.edit")
def sale(request: PageRequest, code: str) -> HttpResponse:
    """Put a gift on sale, or take it off (POST `on`)."""
    row = _gift(code)
    if request.method == "POST":
        put_on_sale(request.viewer.actor, row.code, on=request.POST.get("on") == "1", now=utc_now())
        messages.success(request, gettext("Saved."))
    return redirect("gift", code=code)


@requires("membership.edit")
def end_gift(request: PageRequest, code: str) -> HttpResponse:
    row = _gift(code)
    return confirmed(
        request,
        title=row.name,
        question=gettext("Archive this gift? It is no longer offered; its redemptions go on."),
        button=_("Archive"),
        service=lambda: archive_gift(request.viewer.actor, code, now=utc_now()),
        back=reverse("mall"),
        done=_("Archived."),
    )


@public
def picture(request: PageRequest, name: str) -> HttpResponseBase:
    """A gift's picture: no secret, the member centre shows it too. Its name is the hash of what it holds, so it never changes."""
    found = pictures.find(name)
    if found is None:
        raise Http404
    response = FileResponse(found[0].open("rb"), content_type=found[1])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def price_of(row: Gift) -> str:
    """`1,000 points + ¥9.90`."""
    points = gettext("%(points)s points") % {"points": f"{row.points:,}"}
    return f"{points} + {money(row.money_minor)}" if row.money_minor else points


def state_of(row: Gift, now: datetime) -> tuple[Any, str]:
    """How a gift stands, and the colour of it."""
    if row.archived_at is not None:
        return _("archived"), "secondary"
    if not row.is_on_sale or (row.until_at is not None and row.until_at <= now):
        return _("off sale"), "secondary"
    if row.from_at is not None and row.from_at > now:
        return _("to come"), "blue"
    return (_("sold out"), "red") if row.stock == 0 else (_("on sale"), "green")


def _gift(code: str) -> Gift:
    row = queries.one_gift(code)
    if row is None:
        raise Http404
    return row
