"""Why a member was touched, or was not: who wanted it, what the gate and the provider said, what became of it."""

from siyu.lib.web.keyset import Position
from siyu.merchant.rules import WHOLE
from siyu.touches import queries as touches
from siyu.touches.queries import TouchView

from .telling import Answer, Teller, reasoned


def why_touches(member_id: int, teller: Teller) -> Answer:
    """Touches that were wanted, newest first, each with its reason."""
    found = touches.touches(WHOLE, Position(limit=teller.limit), member_id=member_id)
    yield "head", f"Touches: {len(found)} shown, newest first" if found else "Touches: nobody ever wanted one"
    for one in found:
        arm = f", arm {one.arm}" if one.arm else ""
        yield "line", f"{one.medium} “{one.template}” ({one.purpose}) wanted {teller.instant(one.wanted_at)} by {one.source}{arm}"
        yield "detail", _became(one, teller)


def _became(one: TouchView, teller: Teller) -> str:
    due = f", at {teller.instant(one.at)}" if one.status == "reserved" and one.at else ""
    after = [
        f"{word} {teller.instant(at)}"
        for word, at in (("sent", one.sent_at), ("delivered", one.delivered_at), ("opened", one.opened_at), ("clicked", one.clicked_at))
        if at is not None
    ]
    return f"{one.status}{due}{reasoned(one.why, one.detail)}" + (": " + ", ".join(after) if after else "")
