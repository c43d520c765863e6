"""Reads of accounts with providers: what stands for each medium, and what did before."""

from datetime import datetime
from typing import NamedTuple

from ..models import Account
from ..providers import channels

MAX = 200


class AccountView(NamedTuple):
    """An account without its secrets: `hidden` names them. `reports`: whether the provider has an address; None: it never reports."""

    code: str
    name: str
    channel: str
    channel_title: str
    medium: str
    settings: list[tuple[str, str]]
    hidden: list[str]
    per_minute: int
    reports: bool | None
    created_at: datetime
    archived_at: datetime | None

    @property
    def state(self) -> str:
        return "archived" if self.archived_at else "in_use"


def accounts() -> list[AccountView]:
    """Accounts, those in use first, then the newest."""
    found = Account.objects.order_by("-archived_at", "-created_at", "-pk")[:MAX]
    return sorted((_view(one) for one in found), key=lambda one: one.archived_at is not None)


def account(code: str) -> AccountView | None:
    """One account by its code."""
    found = Account.objects.filter(code=code).first()
    return None if found is None else _view(found)


def _view(one: Account) -> AccountView:
    module = channels().get(one.channel)
    fields = module.FIELDS if module else ()
    return AccountView(
        code=one.code,
        name=one.name,
        channel=one.channel,
        channel_title=module.TITLE if module else one.channel,
        medium=one.medium,
        settings=[(field.label, one.settings.get(field.name, "")) for field in fields if not field.is_secret],
        hidden=[field.label for field in fields if field.is_secret],
        per_minute=one.per_minute,
        reports=bool(one.inbound_token) if hasattr(module, "hear") else None,
        created_at=one.created_at,
        archived_at=one.archived_at,
    )
