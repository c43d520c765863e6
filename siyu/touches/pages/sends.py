"""One-off sends: the list, the editor, the report to the last head, and its steps."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import django_tables2 as tables
import msgspec
from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.queries import audience, audiences
from siyu.lib.clock import utc_now
from siyu.lib.web.charts import Chart, Column, Figure, Series, bars, csv_of
from siyu.lib.web.formats import instant, number, percent
from siyu.lib.web.forms import Form, name_of_copy
from siyu.lib.web.keyset import paged
from siyu.lib.web.rows import Row, RowsField
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, NumberColumn, PercentColumn, PointsColumn
from siyu.lib.web.terms import Book
from siyu.lib.words import gettext_noop
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..models import Send
from ..services import ArmTerms, Terms
from ..services.sends import MAX_ARMS, MAX_NAME, WHOLE
from .parts import GROUPS, MEDIA, SENDS, answered, confirmed, instant_of, tabs, why_words, zone

_FURTHER = ("delivered", "opened", "clicked")  # who clicked has also opened
_CHOOSE = ("", "—")  # a draft whose audience is gone must not fall to another
_FORM = "%Y-%m-%dT%H:%M"
_ARMS_HELP = _(
    "Each arm says something else, or goes at another time, to a part of the audience; the report calls them A, B, C, D. Without a share,"
    " arms part what is left; without a time, they go with the first. On the clock of %(zone)s; quiet hours still hold for each member."
)
STEPS: dict[str, tuple[Any, Any, Any]] = {
    "schedule": (_("Schedule"), "", services.schedule_send),
    "unschedule": (
        _("Change"),
        _("It becomes a draft again: nobody gets it before you schedule it anew. Change it?"),
        services.unschedule_send,
    ),
    "pause": (_("Pause"), _("Stop before the next set? What was asked for before still goes."), services.pause_send),
    "resume": (_("Go on"), _("Go on where it stopped?"), services.resume_send),
    "cancel": (_("Cancel the send"), _("End it for good and take back what waits?"), services.cancel_send),
}
MAY = {
    "draft": ("schedule", "cancel"),
    "scheduled": ("unschedule", "pause", "cancel"),
    "running": ("pause", "cancel"),
    "paused": ("resume", "cancel"),
    "done": ("cancel",),
}


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_FORM)


class Sends(ListTable):
    name = tables.Column(_("Name"), linkify=("send", {"pk": tables.A("pk")}))
    audience_name = tables.Column(_("Audience"))
    status = BadgeColumn(SENDS, _("State"))
    size = NumberColumn(_("Heads"))
    created_by = tables.Column(_("Made by"))
    started_at = InstantColumn(_("Begun"))
    ended_at = InstantColumn(_("Ended at"))


class Bought(ListTable):
    arm = tables.Column(_("Arm"))
    heads = NumberColumn(_("Heads"))
    buyers = NumberColumn(_("Buyers"))
    rate = PercentColumn(_("Rate"))
    control_heads = NumberColumn(_("Control heads"))
    control_buyers = NumberColumn(_("Control buyers"))
    control_rate = PercentColumn(_("Control rate"))
    difference = PointsColumn(_("Against the control"))
    lift = PercentColumn(_("Lift"))
    extra = NumberColumn(_("Extra buyers"))


class ByStaff(ListTable):
    name = tables.Column(_("Assistant"))
    opened = NumberColumn(_("Staff tasks"))
    done = NumberColumn(_("Done"))
    rate = PercentColumn(_("Done rate"))
    skipped = NumberColumn(_("Skipped"))
    expired = NumberColumn(_("Expired"))


class ArmRow(msgspec.Struct):
    """An arm as it is filled in: what, in which share of a hundred, from when on the merchant's clock."""

    template: Annotated[str, Meta(extra_json_schema={"input": "template"})]
    at: Annotated[str, Meta(extra_json_schema={"input": "at"})] = ""
    share: Annotated[str, Meta(pattern=r"^\d{1,3}(\.\d{1,2})?$")] | None = None

    def __post_init__(self) -> None:
        try:
            datetime.fromisoformat(self.at) if self.at else None
        except ValueError:
            raise ValueError(gettext_noop("the time of an arm cannot be read")) from None

    @property
    def weight(self) -> int | None:
        """Of 10,000; None for a part of what the others leave."""
        return None if self.share is None else int(Decimal(self.share) * 100)


def _says(row: Row) -> str:
    """The words of an arm's template, as they are written."""
    found = queries.template(row.get("template", ""))
    variants = found.variants.values() if found else ()
    return next((said for parts in variants if (said := parts.get("subject") or parts.get("text"))), "")


ARMS = Book(
    labels={"template": _("Template"), "at": _("Time"), "share": _("Share, in %")},
    offers={"template": lambda: [(one.code, f"{one.name} · {MEDIA.get(one.medium, one.medium)}") for one in queries.templates()]},
    redraws=("template",),
    widgets={"at": "datetime-local"},
)


class SendForm(Form):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    audience_id = forms.TypedChoiceField(label=_("Audience"), coerce=int)
    arms = RowsField(ArmRow, ARMS, most=MAX_ARMS, least=1, label=_("Arms"), named=_("Arms"), add=_("Another arm"), hint=_says)
    control = forms.DecimalField(label=_("Control group, in %"), min_value=0, max_value=50, decimal_places=2, initial=10)
    per_hour = forms.IntegerField(
        label=_("At most an hour"), min_value=1, required=False, help_text=_("Touches; without a number, all at once.")
    )
    until = forms.DateTimeField(label=_("No later than"), required=False, widget=_instant())
    priority = forms.IntegerField(label=_("Priority"), initial=0, min_value=-100, max_value=100)
    window_days = forms.IntegerField(label=_("Count purchases for so many days"), initial=7, min_value=1, max_value=90)

    def __init__(self, *arguments: Any, crowds: list[tuple[int, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["audience_id"].choices = [_CHOOSE, *crowds]  # type: ignore[attr-defined]
        self.fields["arms"].help_text = _ARMS_HELP % {"zone": zone()}

    def clean_arms(self) -> list[ArmTerms]:
        """Without a time an arm goes with the first; without a share, arms part what the others leave."""
        rows = [msgspec.convert(row, ArmRow) for row in self.cleaned_data["arms"]]
        if not rows[0].at:
            raise forms.ValidationError(gettext("Say when the first arm goes."), code="arms.time")
        left = WHOLE - sum(row.weight or 0 for row in rows)
        open_ = sum(row.weight is None for row in rows)
        parts = iter([left // open_ + (place < left % open_) for place in range(open_)])
        weights = [next(parts) if row.weight is None else row.weight for row in rows]
        ats = [datetime.fromisoformat(row.at or rows[0].at).replace(tzinfo=zone()) for row in rows]
        return [ArmTerms(row.template, weight, at) for row, weight, at in zip(rows, weights, ats, strict=True)]

    def terms(self) -> Terms:
        """What the service takes."""
        told = self.cleaned_data
        return Terms(
            name=told["name"],
            audience_id=told["audience_id"],
            arms=told["arms"],
            control_share=int(told["control"] * 100),
            per_hour=told["per_hour"],
            priority=told["priority"],
            until=instant_of(told["until"]),
            window_days=told["window_days"],
        )


@requires("touches.view")
def sends(request: PageRequest) -> HttpResponse:
    page = paged(request, queries.sends, key=lambda one: (one.created_at, one.pk), order="sends")
    context = {"title": _("One-off sends"), "tabs": tabs("sends"), "page": page, "table": Sends(page.rows, empty_text=_("No send yet"))}
    return render(request, "touches/ranged.html", context | {"new_url": reverse("send-new"), "new_title": _("New send")})


@requires("touches.edit")
def edit(request: PageRequest, pk: int | None = None) -> HttpResponse:
    """Write a draft, or write it anew."""
    if pk is not None and Send.objects.filter(pk=pk).exclude(status="draft").exists():
        return redirect("send", pk=pk)
    return _written(request, _initial(_report(pk)) if pk is not None else {"arms": [{"at": _local(utc_now())}]}, pk)


@requires("touches.edit")
def duplicate(request: PageRequest, pk: int) -> HttpResponse:
    """A new draft that begins as another send: on its next days ahead, and drawn anew."""
    report, now = _report(pk), utc_now()
    late = now - min(arm.at for arm in report.arms)
    name = name_of_copy(report.send.name, MAX_NAME)
    return _written(request, _initial(report, days=max(late.days + 1, 0)) | {"name": name})


def _written(request: PageRequest, initial: dict[str, Any], pk: int | None = None) -> HttpResponse:
    crowds = [(one.id, f"{one.name} · {number(one.members)}") for one in audiences(request.viewer.scope)]
    form = SendForm(request.POST or None, initial=initial, crowds=crowds)
    return answered(
        request,
        form,
        lambda: services.draft_send(request.viewer.actor, form.terms(), send_id=pk, now=utc_now()),
        title=form["name"].value() or _("New send"),
        back=reverse("sends"),
        done=_("Saved as a draft."),
        more={"is_kept": True, "is_wide": True},
    )


@requires("touches.view")
def send(request: PageRequest, pk: int) -> HttpResponseBase:
    """Every head in one line, who bought against the control group, which assistants confirmed."""
    report = _report(pk)
    labels = [f"{GROUPS[line.group]}{' · ' + why_words(line.why) if line.why else ''}" for line in report.lines]
    letters = [chr(64 + one.number) for one in report.arms]
    rows = [(label, line.total, *line.heads) for label, line in zip(labels, report.lines, strict=True)]
    columns = [Column(_("What became of them")), Column(_("Heads"), "number"), *(Column(letter, "number") for letter in letters)]
    option = bars(labels, [Series(_("Heads"), [line.total for line in report.lines])], lying=True)
    help_ = _("Every member of the audience when it began, in exactly one line: the lines add up to the audience.")
    chart = Chart(
        "lines",
        _("To the last head"),
        option,
        columns,
        rows,
        help=help_,
        height=max(160, 36 * len(rows) + 40),
        empty=_("It has not begun yet"),
    )
    if download := csv_of(request, [chart]):
        return download
    context = {
        "title": report.send.name,
        "send": report.send,
        "state": SENDS[report.send.status],
        "arms": [(letter, arm, percent(arm.weight / WHOLE)) for letter, arm in zip(letters, report.arms, strict=True)],
        "chart": chart,
        "figures": _figures(report),
        "bought": Bought([one._asdict() | {"arm": chr(64 + one.arm)} | _rates(one) for one in report.bought]),
        "staff": ByStaff([one._asdict() | {"rate": one.rate} for one in report.staff]) if report.staff else None,
        "steps": [(step, STEPS[step][0]) for step in _steps(report)],
    }
    return render(request, "touches/send.html", context)


@requires("touches.edit")
def move(request: PageRequest, pk: int, step: str) -> HttpResponse:
    """Schedule, take back to be changed, pause, resume or cancel, after a question."""
    found = Send.objects.filter(pk=pk).first()
    if found is None or step not in STEPS:
        raise Http404
    title, question, service = STEPS[step]
    run = lambda: service(request.viewer.actor, pk, now=utc_now())  # noqa: E731
    question = _schedule(request, found) if step == "schedule" else question
    on = reverse("send-edit" if step == "unschedule" else "send", args=[pk])
    return confirmed(request, f"{title} · {found.name}", question, title, run, reverse("send", args=[pk]), gettext("Done."), on=on)


def _schedule(request: PageRequest, send: Send) -> str:
    """The question before a send runs says to whom, what and when."""
    crowd = audience(send.audience_id, request.viewer.scope)
    arms = [
        gettext("%(what)s (%(at)s)") % {"what": arm.template.name, "at": instant(arm.at)}
        for arm in send.arms.select_related("template").order_by("number")
    ]
    told = {"audience": send.audience_name, "members": number(crowd.members if crowd else 0), "arms": " · ".join(arms)}
    return gettext("To “%(audience)s”, %(members)s members now: %(arms)s. What is past goes at once. Let it run?") % told


def _steps(report: queries.Report) -> tuple[str, ...]:
    """What may be done with a send; one that is done can be cancelled as long as something of it waits."""
    steps = MAY.get(report.send.status, ())
    if report.send.status == "paused" and report.send.started_at is None:
        steps = ("unschedule", *steps)
    return steps if report.send.status != "done" or report.of("waiting") or report.of("asked") else ()


def _figures(report: queries.Report) -> list[Figure]:
    reached = percent(report.reached / report.planned) if report.planned else "–"
    return [
        Figure(_("Audience at the start"), number(report.size)),
        Figure(_("Planned touches"), number(report.planned), help=_("Whom the gate let through and the control group did not take.")),
        Figure(_("Not sent"), number(report.of("refused"))),
        Figure(_("Control group (not touched)"), number(report.of("control"))),
        Figure(_("Touched"), number(report.reached), note=reached),
        *(Figure(GROUPS[group], number(report.got(group)), note=_share(report.got(group), report.reached)) for group in _FURTHER),
    ]


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "–"


def _rates(one: queries.Bought) -> dict[str, Any]:
    return {"rate": one.rate, "control_rate": one.control_rate, "difference": one.difference, "lift": one.lift, "extra": one.extra}


def _report(pk: int) -> queries.Report:
    report = queries.report(pk)
    if report is None:
        raise Http404
    return report


def _local(at: datetime, days: int = 0) -> str:
    return _later(at, days).strftime(_FORM)


def _later(at: datetime, days: int) -> datetime:
    """So many days later at the same time of the merchant's clock."""
    return at.astimezone(zone()) + timedelta(days=days)


def _initial(report: queries.Report, days: int = 0) -> dict[str, Any]:
    """A send as its form shows it, or so many days later."""
    one, is_one = report.send, len(report.arms) == 1
    arms = [
        {"template": arm.template.code, "at": _local(arm.at, days), "share": "" if is_one else f"{Decimal(arm.weight) / 100:f}"}
        for arm in report.arms
    ]
    return {
        "name": one.name,
        "audience_id": one.audience_id,
        "arms": arms,
        "control": one.control_share / 100,
        "per_hour": one.per_hour,
        "until": one.until and _later(one.until, days),
        "priority": one.priority,
        "window_days": one.window_days,
    }
