"""Staff: who works here, in which role, seeing how much."""

from typing import Any

import django_tables2 as tables
from django.forms import CharField, ChoiceField, TypedChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from siyu.lib.web.forms import Form, applied, confirmed
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable

from .. import queries, services
from ..access import PageRequest, requires
from ..models import Staff
from .parts import secret_page
from .places import ArchiveFilter

ROLES = {
    "owner": (_("Owner"), "red"),
    "operator": (_("Operator"), "blue"),
    "analyst": (_("Analyst"), "purple"),
    "customer_service": (_("Customer service"), "cyan"),
    "store_manager": (_("Store manager"), "green"),
    "shop_assistant": (_("Shop assistant"), "lime"),
    "finance": (_("Finance"), "yellow"),
}
REACHES = {
    "all": (_("Everything"), "secondary"),
    "region": (_("A region"), "secondary"),
    "store": (_("A store"), "secondary"),
    "own": (_("Own customers"), "secondary"),
}


class People(ListTable):
    name = tables.Column(_("Full name"), linkify=("staff-member", {"pk": tables.A("pk")}))
    username = tables.Column(_("User name"))
    role = BadgeColumn(ROLES, _("Role"))
    reach = BadgeColumn(REACHES, _("Sees"))
    region = tables.Column(_("Region"), accessor="region__name")
    store = tables.Column(_("Store"), accessor="store__name")
    last_login = InstantColumn(_("Last log-in"))


class StaffForm(Form):
    """A posting. Which reaches a role has is the service's to say; an empty one is the usual."""

    name = CharField(label=_("Full name"), max_length=60)
    role = ChoiceField(label=_("Role"), choices=[(role, title) for role, (title, _colour) in ROLES.items()])
    reach = TypedChoiceField(
        label=_("Sees"),
        choices=[("", _("What the role usually sees")), *((reach, title) for reach, (title, _colour) in REACHES.items())],
        empty_value=None,
        required=False,
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field, label, rows in (("region_id", _("Region"), queries.regions()), ("store_id", _("Store"), queries.stores())):
            choices = [("", "–"), *((row.pk, row.name) for row in rows)]
            self.fields[field] = TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False)


class NewStaffForm(StaffForm):
    field_order = ("username", "name")
    username = CharField(label=_("User name"), max_length=60, help_text=_("2 to 60 letters, digits or . _ @ + -"))


@requires("staff.edit")
def people(request: PageRequest) -> HttpResponse:
    """Everyone who works here, or who did."""
    filters = ArchiveFilter(request.GET or None)
    rows = queries.staff(bool(filters.chosen.get("archived")))
    context = {"title": _("Staff"), "filters": filters, "table": People(rows), "permission": "staff.edit"}
    return render(request, "merchant/list.html", {**context, "new_url": reverse("staff-new"), "new_title": _("New staff member")})


@requires("staff.edit")
@never_cache
def new(request: PageRequest) -> HttpResponse:
    """Make a staff member; the password is shown once."""
    form = NewStaffForm(request.POST or None, initial={"role": "shop_assistant"})  # the least, not the first
    made: list[services.NewStaff] = []
    if request.method == "POST" and applied(form, lambda: made.append(services.create_staff(request.viewer.actor, **form.cleaned_data))):
        return _password_page(request, form.cleaned_data["name"], made[0].password)
    return render(request, "web/form.html", {"title": _("New staff member"), "form": form, "cancel_url": reverse("staff")})


@requires("staff.edit")
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Name, role and reach of one staff member, and the ways out."""
    staff = _one(pk)
    fields = ("name", "role", "reach", "region_id", "store_id")
    form = StaffForm(request.POST or None, initial={field: getattr(staff, field) for field in fields})
    if request.method == "POST" and applied(form, lambda: services.change_staff(request.viewer.actor, pk, **form.cleaned_data)):
        return redirect("staff")
    steps = ("restore",) if staff.archived_at else ("password", "archive")
    actions = [(STEPS[step], reverse(f"staff-{step}", args=[pk])) for step in steps]
    context = {"title": staff.name, "subtitle": staff.username, "form": form, "actions": actions, "cancel_url": reverse("staff")}
    return render(request, "merchant/edit.html", context)


STEPS = {"restore": _("Let return"), "password": _("Reset the password"), "archive": _("Archive")}


@requires("staff.edit")
def archive(request: PageRequest, pk: int) -> HttpResponse:
    """End someone's access."""
    staff = _one(pk)
    return confirmed(
        request,
        title=staff.name,
        question=gettext("Archive “%(name)s”? They are logged out at once and cannot log in again.") % {"name": staff.name},
        button=_("Archive"),
        service=lambda: services.archive_staff(request.viewer.actor, pk),
        back=reverse("staff"),
        done=_("Archived."),
    )


@requires("staff.edit")
@never_cache
def restore(request: PageRequest, pk: int) -> HttpResponse:
    """Let someone return, with a new password."""
    question = gettext("Let “%(name)s” return? They get a new password.") % {"name": _one(pk).name}
    return _with_password(request, pk, question, STEPS["restore"], services.restore_staff)


@requires("staff.edit")
@never_cache
def reset(request: PageRequest, pk: int) -> HttpResponse:
    """A new random password."""
    question = gettext("Give “%(name)s” a new password? The old one ends, and they are logged out.") % {"name": _one(pk).name}
    return _with_password(request, pk, question, STEPS["password"], services.reset_password)


def _with_password(request: PageRequest, pk: int, question: str, button: Any, service: Any) -> HttpResponse:
    staff = _one(pk)
    form = Form(request.POST) if request.method == "POST" else Form()
    made: list[str] = []
    if request.method == "POST" and applied(form, lambda: made.append(service(request.viewer.actor, pk))):
        return _password_page(request, staff.name, made[0])
    context = {"title": staff.name, "help": question, "form": form, "submit": button, "cancel_url": reverse("staff-member", args=[pk])}
    return render(request, "web/form.html", context)


def _password_page(request: PageRequest, name: str, password: str) -> HttpResponse:
    advice = _("Give this password to the person; they can change it under their account.")
    return secret_page(request, gettext("Password of %(name)s") % {"name": name}, password, advice, reverse("staff"))


def _one(pk: int) -> Staff:
    staff = queries.one_staff(pk)
    if staff is None:
        raise Http404
    return staff
