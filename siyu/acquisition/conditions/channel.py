"""Through which channel a member came first, or last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.asking import Asking, Source, Sql, texts
from siyu.audiences.conditions import Because

TITLE = _("Channel")
Code = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
ATTRIBUTED = Source(
    "attributed",
    "acquisition_attribution a JOIN acquisition_channel f ON f.id = a.first_channel_id"
    " JOIN acquisition_channel l ON l.id = a.last_channel_id",
    "a.member_id",
    is_row=True,
)
COLUMNS = {"first": ("f.code", "f.name", "a.first_at"), "last": ("l.code", "l.name", "a.last_at")}


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="channel"
):
    """The first (or last) channel that brought the member is one of the channels, by code."""

    which: Annotated[Literal["first", "last"], Meta(title="which")] = "first"
    channels: Annotated[list[Code], Meta(min_length=1, max_length=200, title="channels")]


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{ask.column(ATTRIBUTED, COLUMNS[terms.which][0])} = ANY({texts(terms.channels)})"


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("acquisition.attribution",)


def words(terms: Terms) -> str:
    said = gettext("the first channel is %(channels)s") if terms.which == "first" else gettext("the last channel is %(channels)s")
    return said % {"channels": ", ".join(terms.channels[:10])}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(code: str | None, name: str | None, at: datetime | None) -> str:
        if code is None:
            return gettext("no channel is known")
        return gettext("it is %(name)s (%(code)s), at %(at)s") % {"name": name, "code": code, "at": at}

    return Because([ask.column(ATTRIBUTED, column) for column in COLUMNS[terms.which]], tell)
