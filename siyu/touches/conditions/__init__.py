"""What audiences ask of touches: who was touched, who opened, who clicked; by which way, for which purpose, by what.

Each counts facts of one name, and is judged as `did_fact` is: by counters of days, or instants where the window is in hours.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext
from msgspec import Meta

from siyu.audiences.asking import Counted
from siyu.audiences.rules import Window
from siyu.audiences.rules.windows import EVER
from siyu.audiences.wording import window_words

from ..rules.media import MEDIA
from ..rules.settings import PURPOSES

ANY = "any"


class TouchTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often, by which medium, for which purpose, by which send or journey (`send:12`), and when; left out: any."""

    medium: Annotated[Literal[("any", *MEDIA)], Meta(title="medium")] = ANY  # type: ignore[valid-type]
    purpose: Annotated[str, Meta(max_length=40, title="purpose", extra_json_schema={"input": "purpose"})] = ""
    source: Annotated[str, Meta(max_length=100, pattern=r"^[^\x00]*$", title="wanted by")] = ""
    op: Annotated[Literal["at_least", "at_most", "exactly"], Meta(title="how often")] = "at_least"
    times: Annotated[int, Meta(ge=0, le=1_000_000, title="times")] = 1
    within: Window = EVER

    def __post_init__(self) -> None:
        if self.purpose and self.purpose not in PURPOSES:
            raise ValueError(f"a purpose is one of {', '.join(PURPOSES)}")

    def counting(self, fact: str) -> Counted:
        """The facts that are meant."""
        wanted = {"medium": self.medium if self.medium != ANY else "", "purpose": self.purpose, "origin": self.source}
        each = [{"property": name, "op": "eq", "value": value} for name, value in wanted.items() if value]
        return Counted(fact, {} if not each else each[0] if len(each) == 1 else {"all": each})


def telling(what: Callable[[], str]) -> Callable[[Any], str]:
    """The `words` of a condition: what happened, how often, by which way, when."""

    def words(terms: TouchTerms) -> str:
        how = {
            "at_least": gettext("at least %(times)s times"),
            "at_most": gettext("at most %(times)s times"),
            "exactly": gettext("exactly %(times)s times"),
        }[terms.op] % {"times": terms.times}
        by = [gettext(MEDIA[terms.medium].title)] if terms.medium != ANY else []
        by += [gettext(PURPOSES[terms.purpose])] if terms.purpose else []
        by += [terms.source] if terms.source else []
        return f"{what()}{f' ({chr(32).join(by)})' if by else ''} {how}{window_words(terms.within)}"

    return words
