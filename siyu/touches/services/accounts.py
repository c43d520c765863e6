"""The writers of accounts with providers: one per medium at a time, secrets encrypted."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from siyu.lib.crypto import encrypt
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Account
from ..rules.sending import Account as Provider
from .words import check_names

MEDIUM_OF = {"email": "email", "sms_aliyun": "sms", "sms_tencent": "sms", "webhook": "webhook"}
MAX_PER_MINUTE = 100_000


def open_account(by: Actor, code: str, name: str, channel: str, entered: Mapping[str, str], *, per_minute: int = 600, now: datetime) -> int:
    """Open an account and let it stand for its medium from now on; the one before is archived. Returns its id.

    Refusals: `account.code`, `account.name`, `account.channel`, `account.pace`, `account.missing`, `account.exists`, and those of the
    channel's own check (`channel.…`).
    """
    check_names("account", code, name)
    if channel not in import_string(f"{settings.WIRING}.CHANNELS"):
        raise Refusal("account.channel", "there is no channel %(channel)s", channel=channel)
    if not 1 <= per_minute <= MAX_PER_MINUTE:
        raise Refusal("account.pace", "between 1 and %(limit)s messages a minute", limit=MAX_PER_MINUTE)
    module = import_module(import_string(f"{settings.WIRING}.CHANNELS")[channel])
    told = {one.name: (entered.get(one.name) or one.usual).strip() for one in module.FIELDS}
    if missing := [one.label for one in module.FIELDS if one.is_required and not told[one.name]]:
        raise Refusal("account.missing", "still missing: %(fields)s", fields=", ".join(missing))
    secret = {one.name for one in module.FIELDS if one.is_secret}
    plain = {name: value for name, value in told.items() if name not in secret}
    hidden = {name: value for name, value in told.items() if name in secret and value}
    module.check(Provider(code, plain, hidden))
    with transaction.atomic():
        if Account.objects.filter(code=code).exists():
            raise Refusal("account.exists", "there is an account %(code)s already", code=code)
        Account.objects.filter(medium=MEDIUM_OF[channel], archived_at=None).update(archived_at=now)
        made = Account.objects.create(
            code=code,
            channel=channel,
            medium=MEDIUM_OF[channel],
            name=name.strip(),
            settings=plain,
            secrets=encrypt(msgspec.json.encode(hidden)) if hidden else None,
            per_minute=per_minute,
            created_at=now,
        )
        audit(by, "account.opened", f"touch_account:{code}", {"channel": channel, "settings": plain, "secrets": sorted(hidden)}, at=now)
    return made.pk


def archive_account(by: Actor, code: str, *, now: datetime) -> None:
    """Close an account; what waits for its medium waits until another is opened. Refusal: `account.unknown`."""
    with transaction.atomic():
        if not Account.objects.filter(code=code, archived_at=None).update(archived_at=now):
            raise Refusal("account.unknown", "there is no such account")
        audit(by, "account.archived", f"touch_account:{code}", at=now)
