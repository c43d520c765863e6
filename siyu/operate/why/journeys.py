"""Why a member walks these journeys, or no more: each step with the fact or the hour that led on, each wish with the gate's answer."""

from siyu.journeys import queries as journeys
from siyu.journeys.queries import EnrolmentView, PassageView, TouchAnswer

from .telling import Answer, Teller, reasoned

STEPS = 50  # of one enrolment, the last ones
ENDS = {
    "waiting": "under way",
    "done": "walked to the end",
    "left": "left early",
    "failed": "set aside: tried again when staff say so",
    "joined": "goes on as that of the member it was merged with",
}


def why_journeys(member_id: int, teller: Teller) -> Answer:
    """Enrolments, the newest first, with the path of each."""
    found = journeys.of_member(member_id)[: teller.limit]
    yield "head", f"Journeys: {len(found)} shown, newest first" if found else "Journeys: none was ever entered"
    for one in found:
        held_out = ", held out: nothing was done, to compare" if one.is_held_out else ""
        arm = f", arm {one.arm}" if one.arm else ""
        yield "line", f"{one.journey} ({one.code}, version {one.number}) entered {teller.instant(one.entered_at)}{arm}{held_out}"
        yield "line", _state(one, teller)
        path = journeys.path(one.id)
        for passage in path.passages[-STEPS:] if path else ():
            yield "detail", _passage(passage, teller)
        if path and path.touch:
            yield "detail", f"{one.step}: {_touch(path.touch)}"


def _state(one: EnrolmentView, teller: Teller) -> str:
    why = reasoned(one.why, one.detail)
    if one.status in ("waiting", "failed"):
        due = f", goes on at {teller.instant(one.due_at)}" if one.status == "waiting" and one.due_at else ""
        return f"{ENDS[one.status]} at step {one.step} since {teller.instant(one.since)}{due}{why}"
    goal = f"; goal reached {teller.instant(one.goal_at)}" if one.goal_at else ""
    return f"{ENDS.get(one.status, one.status)} {teller.instant(one.ended_at)}{why}{goal}"


def _passage(one: PassageView, teller: Teller) -> str:
    because = f"fact {one.fact} #{one.fact_id}" if one.fact_id else "its time came"
    touch = f"; {_touch(one.touch)}" if one.touch else ""
    return f"{one.step} → {one.way or 'on'} {teller.instant(one.at)}: {because}{touch}"


def _touch(touch: TouchAnswer) -> str:
    return f"{touch.medium} {touch.status}{reasoned(touch.why, touch.detail)}"
