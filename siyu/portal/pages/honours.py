"""Honours: badges a member has and could have, leaderboards, and whether others see the member's name on them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from siyu.membership.queries.honours import all_badges, all_boards, badges_of, is_shown_on_boards, standings_of
from siyu.membership.services.honours import show_on_boards

from ..access import MemberRequest, member_only
from ..words import Words, said
from .parts import done, show

MAX_BOARDS = 10
MEASURES: Words = {
    "points": gettext_lazy("points"),
    "growth": gettext_lazy("growth value"),
    "check_ins": gettext_lazy("check-ins"),
    "orders": pgettext_lazy("measure", "orders"),
    "spend": gettext_lazy("spent"),
    "facts": pgettext_lazy("measure", "times"),
}


@member_only
def honours(request: MemberRequest) -> HttpResponse:
    """Badges and leaderboards."""
    member = request.member
    held = badges_of(member.id)
    codes = {badge.code for badge in held}
    boards = [found for row in all_boards()[:MAX_BOARDS] if (found := standings_of(row.code, member_id=member.id)) is not None]
    context = {
        "tab": "me",
        "back_url": reverse("m:me"),
        "held": held,
        "others": [badge for badge in all_badges() if badge.code not in codes],
        "boards": [(board, said(MEASURES, board.measure)) for board in boards],
        "is_shown": is_shown_on_boards(member.id),
    }
    return show(request, "honours", context)


@member_only
@require_POST
def shown(request: MemberRequest) -> HttpResponse:
    """Whether others see the member's name."""
    member, wanted = request.member, "on" in request.POST
    words = gettext_lazy("Others see your name on leaderboards.") if wanted else gettext_lazy("Nobody sees your name on leaderboards.")
    return done(request, "m:honours", lambda: show_on_boards(member.actor, member.id, shown=wanted, now=request.now), words)
