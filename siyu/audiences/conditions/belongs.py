"""Whose customer a member is: the own assistant's store, or the assistant."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.merchant.queries import staff_names, store_names

from ..asking import Asking, Sql, literal
from ..conditions import Because

TITLE = _("Store or assistant")
Number = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="belongs"
):
    """Belongs to one of the stores or assistants."""

    stores: Annotated[list[Number], Meta(max_length=500, title="stores", extra_json_schema={"input": "stores"})] = []
    assistants: Annotated[list[Number], Meta(max_length=500, title="assistants", extra_json_schema={"input": "assistants"})] = []

    def __post_init__(self) -> None:
        if not self.stores and not self.assistants:
            raise ValueError(gettext_noop("choose at least one store or assistant"))


def sql(terms: Terms, ask: Asking) -> Sql:
    tests = [f"t.store_id = ANY({literal(terms.stores)})"] if terms.stores else []
    tests += [f"t.assistant_id = ANY({literal(terms.assistants)})"] if terms.assistants else []
    return " OR ".join(tests)


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ()  # assigning makes members dirty by itself


def words(terms: Terms) -> str:
    stores, staff = store_names(), staff_names()
    named = [stores.get(number, f"#{number}") for number in terms.stores] + [staff.get(number, f"#{number}") for number in terms.assistants]
    return gettext("belongs to %(names)s") % {"names": gettext(" or ").join(named[:20])}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(store: int | None, assistant: int | None) -> str:
        names = [store_names().get(store or 0, ""), staff_names().get(assistant or 0, "")]
        return " · ".join(name for name in names if name) or gettext("belongs to nobody")

    return Because(("t.store_id", "t.assistant_id"), tell)
