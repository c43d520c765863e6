"""What a member does day by day: check in, make up a missed day, do tasks and claim what they give."""

from datetime import date
from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from siyu.membership.queries.check_in import check_in_of, check_in_version
from siyu.membership.queries.tasks import tasks_of
from siyu.membership.services import check_in as attendance
from siyu.membership.services import tasks as task_services
from siyu.merchant.queries import today

from ..access import MemberRequest, member_only
from .parts import done, show

MONTHS_BACK = 24
WEEKDAYS = (
    pgettext_lazy("weekday", "Mo"), pgettext_lazy("weekday", "Tu"), pgettext_lazy("weekday", "We"), pgettext_lazy("weekday", "Th"),
    pgettext_lazy("weekday", "Fr"), pgettext_lazy("weekday", "Sa"), pgettext_lazy("weekday", "Su"),
)  # fmt: skip


@member_only
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: MemberRequest) -> HttpResponse:
    """The calendar with the run and its ladder; the button checks in, once a day however often it is pressed."""
    member = request.member
    if request.method == "POST":
        return done(request, "m:check-in", lambda: _attend(request))
    day = today(request.now)
    month = _month(request.GET.get("month", ""), day)
    view = check_in_of(member.id, request.now, month)
    version = check_in_version(day)
    rungs = version.programme.steps if version is not None else []
    cycle = version.programme.length if version is not None and version.programme.is_cyclic else 0
    context = {
        "tab": "check-in",
        "view": view,
        "today": day,
        "month": month,
        "before": _shifted(month, -1) if month > _shifted(day.replace(day=1), -MONTHS_BACK) else None,
        "after": _shifted(month, 1) if month < day.replace(day=1) else None,
        "weekdays": WEEKDAYS,
        "lead": range(month.weekday()),
        "rungs": [(rung.day, _reached(rung.day, view.streak, cycle)) for rung in rungs],
        "left_to_make_up": max(0, view.per_month - view.made_up),
        "missed": [one.day for one in view.calendar if one.may_make_up],
        "tasks": [task for task in tasks_of(member.id, request.now) if task.is_claimable],
    }
    return show(request, "check_in", context)


@member_only
@require_POST
def make_up(request: MemberRequest) -> HttpResponse:
    """Make up a missed day, with a card or for points."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Http404 from None
    pay: Literal["card", "points"] = "points" if request.POST.get("pay") == "points" else "card"
    member = request.member
    words = gettext("Made up. It counts for your run.")
    return done(request, "m:check-in", lambda: attendance.make_up(member.actor, member.id, day, request.now, pay), words)


@member_only
def tasks(request: MemberRequest) -> HttpResponse:
    """The tasks a member may do now."""
    found = [(task, min(100, 100 * task.progress // max(1, task.target))) for task in tasks_of(request.member.id, request.now)]
    return show(request, "tasks", {"tab": "check-in", "back_url": reverse("m:check-in"), "tasks": found})


@member_only
@require_POST
def claim(request: MemberRequest, code: str) -> HttpResponse:
    """Take what a completed task gives."""
    member = request.member

    def take() -> None:
        claimed = task_services.claim(member.actor, member.id, code, request.now)
        messages.success(request, gettext("Yours: %(gained)s") % {"gained": claimed.gained})

    return done(request, "m:tasks", take)


def _attend(request: MemberRequest) -> None:
    member = request.member
    told = attendance.check_in(member.actor, [member.id], request.now)[0]
    if not told.is_new:
        messages.info(request, gettext("You have checked in today already."))
    elif told.gained:
        messages.success(request, gettext("Day %(streak)s in a row! You get %(gained)s.") % {"streak": told.streak, "gained": told.gained})
    else:
        messages.success(request, gettext("Checked in: day %(streak)s in a row.") % {"streak": told.streak})


def _reached(day: int, streak: int, cycle: int) -> bool:
    """Whether the run, or its present round of a cyclic ladder, has come to a step."""
    place = (streak - 1) % cycle + 1 if cycle and streak else streak
    return day <= place


def _month(text: str, day: date) -> date:
    """The first day of the month asked for; of this one where that cannot be shown."""
    this, oldest = day.replace(day=1), _shifted(day.replace(day=1), -MONTHS_BACK)
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return min(max(wanted, oldest), this)


def _shifted(month: date, months: int) -> date:
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
