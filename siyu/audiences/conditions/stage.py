"""Where one of the three clocks stands: pool stage, purchase activity, relationship ladder."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.members.rules import RUNGS, Activity, PoolStage, Rung, bit

from ..asking import LIFE, Asking, Sql, literal, texts
from ..conditions import Because
from ..words import STAGES

TITLE = _("Stage")
COLUMNS = {"pool": "l.pool_stage", "activity": "l.activity", "ladder": "l.rung"}
PLACES = {
    "pool": tuple(stage.value for stage in PoolStage),
    "activity": tuple(activity.value for activity in Activity),
    "ladder": tuple(rung.value for rung in RUNGS),
}


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="stage"):
    """A clock stands at one of the stages. `reached` (of the ladder only): the rung was reached, though a higher one shows."""

    clock: Annotated[Literal["pool", "activity", "ladder"], Meta(title="clock")]
    stages: Annotated[list[str], Meta(min_length=1, max_length=8, title="is one of", extra_json_schema={"input": "stages"})]
    reached: Annotated[bool, Meta(title="reached, or beyond")] = False

    def __post_init__(self) -> None:
        if unknown := set(self.stages) - set(PLACES[self.clock]):
            raise ValueError(f"{self.clock} has the stages {', '.join(PLACES[self.clock])}, not {', '.join(sorted(unknown))[:100]}")
        if self.reached and self.clock != "ladder":
            raise ValueError(gettext_noop("only rungs of the ladder are reached"))


def sql(terms: Terms, ask: Asking) -> Sql:
    if terms.reached:
        mask = sum(bit(Rung(stage)) for stage in set(terms.stages))
        return f"({ask.column(LIFE, 'l.rungs')} & {literal(mask)}) <> 0"
    stage = ask.column(LIFE, COLUMNS[terms.clock])
    if terms.clock == "ladder" and Rung.STRANGER.value in terms.stages:
        stage = f"coalesce({stage}, {literal(Rung.STRANGER.value)})"  # whom nothing moved has no clocks, and is a stranger
    return f"{stage} = ANY({texts(terms.stages)})"


def next_due(terms: Terms, ask: Asking) -> None:
    return None  # the clocks tell when they move


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("stage.changed", "pool.joined", "order.paid")


def words(terms: Terms) -> str:
    said = gettext("%(clock)s reached %(stages)s") if terms.reached else gettext("%(clock)s is %(stages)s")
    stages = gettext(" or ").join(str(STAGES[stage]) for stage in terms.stages)
    return said % {"clock": STAGES[terms.clock], "stages": stages}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(stage: str | None) -> str:
        return gettext("it is %(stage)s") % {"stage": STAGES[stage]} if stage else gettext("nothing moved this clock yet")

    return Because((ask.column(LIFE, COLUMNS[terms.clock]),), tell)
