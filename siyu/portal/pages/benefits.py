"""Benefits a member has, what the next tier would bring, trying one of them; and paid membership."""

from datetime import date, datetime
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from siyu.lib.refusal import Refusal
from siyu.membership.queries.benefits import member_benefits
from siyu.membership.queries.plans import MemberPlan, PlanView, member_plan, plan_views
from siyu.membership.rules.plans import State
from siyu.membership.services.benefits import BenefitTrial, try_benefit
from siyu.membership.services.plans import PlanCancel, PlanPayment, cancel_plan, pay_plan, resume_plan
from siyu.merchant.queries import settings_book, today

from ..access import MemberRequest, member_only
from ..words import Words, day_words, said
from .parts import done, show

REASONS: Words = {
    "tier": gettext_lazy("with your tier"),
    "plan": gettext_lazy("with your paid membership"),
    "tag": gettext_lazy("for you"),
    "hand": gettext_lazy("a present from us"),
    "reward": gettext_lazy("a reward"),
    "trial": gettext_lazy("to try"),
}
STATES: Words = {
    State.TRIAL: pgettext_lazy("plan", "Trial"),
    State.ACTIVE: pgettext_lazy("plan", "Running"),
    State.CANCELLED: pgettext_lazy("plan", "Ends, not renewed"),
    State.GRACE: pgettext_lazy("plan", "Over, benefits stay a few days"),
    State.ENDED: pgettext_lazy("plan", "Ended"),
}


@member_only
def benefits(request: MemberRequest) -> HttpResponse:
    """Mine with what is left of each, and those of the next tier."""
    found, day = member_benefits(request.member.id, request.now), today(request.now)
    held = [(one, [_reason(by, until, day) for by, _code, until in one.reasons[:3]], _left(one.times, one.used)) for one in found.held]
    context = {"held": held, "next_tier": found.next_tier, "next_benefits": found.next_benefits}
    return show(request, "benefits", {"tab": "me", "back_url": reverse("m:me"), **context})


@member_only
@require_POST
def try_one(request: MemberRequest, code: str) -> HttpResponse:
    """Try a benefit of the next tier for some days; the same day's second press changes nothing."""
    member = request.member

    def begin() -> None:
        key = f"portal:try:{member.id}:{code}:{today(request.now)}"
        until = try_benefit(member.actor, BenefitTrial(member.id, code, key, "tried in the member centre"), request.now)
        messages.success(request, gettext("Yours to try until %(day)s.") % {"day": day_words(until, today(request.now))})

    return done(request, "m:benefits", begin)


@member_only
def plans(request: MemberRequest) -> HttpResponse:
    """The member's paid membership with what it saved, and the plans there are."""
    mine, day = member_plan(request.member.id, request.now), today(request.now)
    costs = {one.plan: one for one in mine.switches}
    sold = [view for view in plan_views() if view.plan.code in costs]
    offers = [(view.plan, _words(view), costs[view.plan.code], _may_try(view, mine)) for view in sold]
    context = {
        "mine": mine,
        "state": said(STATES, mine.standing.state),
        "offers": offers,
        "key": uuid4(),
        "may_cancel": mine.standing.state in (State.TRIAL, State.ACTIVE),
        "may_resume": mine.standing.state is State.CANCELLED,
        "contact": settings_book().value("portal.contact", day),
    }
    return show(request, "plans", {"tab": "me", "back_url": reverse("m:me"), **context})


@member_only
@require_POST
def keep_plan(request: MemberRequest) -> HttpResponse:
    """Cancel the renewal, or take that back. A form carries its key, so that sent twice it acts once."""
    member = request.member
    verb = "resume" if "resume" in request.POST else "cancel"
    key = f"portal:{verb}:{member.id}:{request.POST.get('key', '')[:40]}"
    ask = PlanCancel(member.id, key, "the member, in the member centre")
    if verb == "resume":
        words = gettext_lazy("Your membership goes on.")
        return done(request, "m:plans", lambda: resume_plan(member.actor, [ask], request.now), words)
    words = gettext_lazy("It will not be renewed; your benefits stay until the last paid day.")
    return done(request, "m:plans", lambda: cancel_plan(member.actor, [ask], request.now), words)


@member_only
@require_POST
def try_plan(request: MemberRequest, code: str) -> HttpResponse:
    """Begin a free trial. What costs money is bought in the shop, which tells us."""
    member = request.member
    view = next((one for one in plan_views() if one.plan.code == code), None)
    trial = view.plan.terms.trial if view is not None else None

    def begin() -> None:
        price = trial.price_minor if trial is not None else 0
        if price:
            raise Refusal("plan.trial_paid", "this trial is bought in the shop")
        payment = PlanPayment(member.id, code, 0, f"portal:trial:{member.id}:{code}", "a free trial, in the member centre", is_trial=True)
        pay_plan(member.actor, [payment], request.now)

    return done(request, "m:plans", begin, gettext_lazy("Welcome: your trial has begun."))


def _reason(by: str, until: datetime | None, day: date) -> str:
    words = said(REASONS, by)
    return gettext("%(why)s, until %(day)s") % {"why": words, "day": day_words(until, day)} if until else words


def _left(times: int | None, used: int) -> int:
    """How full the bar of a quota is."""
    return 0 if not times else max(0, min(100, 100 - 100 * used // times))


def _words(view: PlanView) -> str:
    terms = view.plan.terms
    return terms.words if (get_language() or "").startswith("zh") else terms.words_en or terms.words


def _may_try(view: PlanView, mine: MemberPlan) -> bool:
    """Whether a free trial of a plan can begin here."""
    trial = view.plan.terms.trial
    is_new = not mine.standing.payments or all(payment.plan != view.plan.code for payment in mine.standing.payments)
    return trial is not None and trial.price_minor == 0 and is_new and not mine.is_running
