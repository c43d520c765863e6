"""What a member agreed to: the newest word for a purpose, on a channel or on all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.members.rules import UNDATED, channel_meant, normal_word

from ..asking import CONSENTS, Asking, Sql, literal
from ..conditions import Because
from ..words import CHANNELS, PURPOSES

TITLE = _("Consent")
Word = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="consent"):
    """The newest word for the purpose, said of the channel or of any channel, is `given` or `withdrawn` (of two at once the withdrawal);
    `unknown`: there is none."""

    purpose: Annotated[Word, Meta(title="purpose", extra_json_schema={"input": "purpose"})] = "marketing"
    channel: Annotated[Word, Meta(title="on channel", extra_json_schema={"input": "consent_channel"})] = "any"
    state: Annotated[Literal["given", "withdrawn", "unknown"], Meta(title="is")] = "given"


def _newest(terms: Terms, ask: Asking, what: Sql) -> Sql:
    channels = literal(sorted({channel_meant(terms.channel), "any"}))
    purpose = normal_word(terms.purpose)
    these = f"c.purpose = {literal(purpose)} AND c.channel = ANY({channels})"
    order = "c.occurred_at DESC, c.is_given, c.message DESC"
    return ask.column(CONSENTS, f"(array_agg({what} ORDER BY {order}) FILTER (WHERE {these}))[1]", purpose)


def sql(terms: Terms, ask: Asking) -> Sql:
    is_given = _newest(terms, ask, "c.is_given")
    return {"given": f"{is_given} IS TRUE", "withdrawn": f"{is_given} IS FALSE", "unknown": f"{is_given} IS NULL"}[terms.state]


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("consent.given", "consent.withdrawn")


def words(terms: Terms) -> str:
    said = {
        "given": gettext("agreed to %(purpose)s (%(channel)s)"),
        "withdrawn": gettext("withdrew %(purpose)s (%(channel)s)"),
        "unknown": gettext("was never asked about %(purpose)s (%(channel)s)"),
    }[terms.state]
    purpose, channel = normal_word(terms.purpose), channel_meant(terms.channel)
    return said % {"purpose": PURPOSES.get(purpose, purpose), "channel": CHANNELS.get(channel, channel)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(is_given: bool | None, at: datetime | None, proof: str | None) -> str:
        if is_given is None:
            return gettext("nothing was said")
        if at is None:
            return gettext("given on an unknown day (%(proof)s)") % {"proof": proof or "–"}
        said = gettext("given at %(at)s (%(proof)s)") if is_given else gettext("withdrawn at %(at)s (%(proof)s)")
        return said % {"at": at, "proof": proof or "–"}

    at = f"nullif(c.occurred_at, {literal(UNDATED)})"
    return Because([_newest(terms, ask, what) for what in ("c.is_given", at, "c.proof")], tell)
