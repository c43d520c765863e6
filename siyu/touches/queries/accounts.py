"""Reads of accounts with providers: what stands for each medium, what did before, and what cannot work any more."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext

from siyu.lib.refusal import Refusal

from ..models import Account
from ..providers import channel, channels, provider
from ..rules.sending import ChannelField

MAX = 200


class AccountView(NamedTuple):
    """An account without its secrets: `hidden` names them, and says which are kept.

    `reports`: whether the provider has an address; None: it never reports. `settings` are read by people, `entered` by the form that
    changes them, as `revision` was when it was drawn. `collects`: whether its channel fetches reports; when it last tried, and what was
    at fault.
    """

    code: str
    name: str
    channel: str
    channel_title: str
    medium: str
    settings: list[tuple[str, str]]
    hidden: list[tuple[str, str, bool]]
    entered: dict[str, str]
    per_minute: int
    revision: str
    reports: bool | None
    collects: bool
    collected_at: datetime | None
    fault: str
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


def unusable() -> list[tuple[str, str, str]]:
    """Accounts in use that their channel would not open today, each with the code and the words of its refusal: rules may have changed."""
    found = []
    for one in Account.objects.filter(archived_at=None).order_by("code")[:MAX]:
        try:
            channel(one.channel).check(provider(one))
        except Refusal as refusal:
            found.append((one.code, refusal.code, refusal.because))
        except ValueError as error:  # its secrets cannot be read
            found.append((one.code, "account.secrets", str(error)))
    return found


def faults() -> list[tuple[str, str]]:
    """Accounts in use whose reports could not be fetched the last time, each with the reason."""
    return list(Account.objects.filter(archived_at=None).exclude(fault="").order_by("code").values_list("code", "fault")[:MAX])


def _view(one: Account) -> AccountView:
    module = channels().get(one.channel)
    fields, kept = module.FIELDS if module else (), _kept(one)
    return AccountView(
        code=one.code,
        name=one.name,
        channel=one.channel,
        channel_title=module.TITLE if module else one.channel,
        medium=one.medium,
        settings=[(field.label, _shown(field, one.settings.get(field.name, ""))) for field in fields if not field.is_secret],
        hidden=[(field.name, field.label, field.name in kept) for field in fields if field.is_secret],
        entered=one.settings,
        per_minute=one.per_minute,
        revision=one.revision,
        reports=bool(one.inbound_token) if hasattr(module, "hear") else None,
        collects=hasattr(module, "collect"),
        collected_at=one.collected_at,
        fault=one.fault,
        created_at=one.created_at,
        archived_at=one.archived_at,
    )


def _kept(one: Account) -> set[str]:
    try:
        return set(provider(one).secrets)
    except ValueError:  # they cannot be read
        return set()


def _shown(field: ChannelField, value: str) -> str:
    word = dict(field.choices).get(value)
    return gettext(word) if word else value
