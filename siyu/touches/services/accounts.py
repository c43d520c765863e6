"""The writers of accounts with providers: one per medium at a time, secrets encrypted, tried before anybody relies on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from siyu.lib.crypto import encrypt, mask
from siyu.lib.refusal import Refusal
from siyu.members.queries import handle_named
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Account
from ..providers import Channel, channel, provider
from ..rules.media import MEDIA
from ..rules.sending import Account as Provider
from ..rules.sending import Message, Outcome, Unknown
from .words import check_names

MAX_PER_MINUTE = 100_000
MAX_FIELD = 2_000  # characters of a setting or secret
MAX_TRIED = 500  # characters of a test message


@dataclass(frozen=True, slots=True)
class Trial:
    """A test message: to whom, in which words; where the provider sends templates only, which of its own and with which values."""

    to: str = ""
    text: str = ""
    subject: str = ""
    template: str = ""
    values: Mapping[str, str] | None = None


def open_account(
    by: Actor, code: str, name: str, channel_name: str, entered: Mapping[str, str], *, per_minute: int = 600, now: datetime
) -> int:
    """Open an account and let it stand for its medium from now on; the one before is archived. Returns its id.

    Refusals: `account.code`, `account.name`, `account.channel`, `account.pace`, `account.missing`, `account.long`, `account.exists`, and
    those of the channel's own check (`channel.…`).
    """
    check_names("account", code, name)
    module = channel(channel_name)
    _check_pace(per_minute)
    plain, hidden = _told(module, entered, {})
    module.check(Provider(code, plain, hidden))
    with transaction.atomic():
        if Account.objects.filter(code=code).exists():
            raise Refusal("account.exists", "there is an account %(code)s already", code=code)
        Account.objects.filter(medium=module.MEDIUM, archived_at=None).update(archived_at=now)
        made = Account.objects.create(
            code=code,
            channel=channel_name,
            medium=module.MEDIUM,
            name=name.strip(),
            settings=plain,
            secrets=_sealed(hidden),
            per_minute=per_minute,
            created_at=now,
        )
        detail = {"channel": channel_name, "settings": plain, "secrets": sorted(hidden)}
        audit(by, "account.opened", f"touch_account:{code}", detail, at=now)
    return made.pk


def change_account(
    by: Actor,
    code: str,
    name: str,
    entered: Mapping[str, str],
    revision: str,
    *,
    per_minute: int,
    now: datetime,
    removed: Collection[str] = (),
) -> None:
    """Change an account in use; what waits in the outbox goes by it as it is from now on. Secrets that are not entered stay, unless
    they are `removed`.

    The audit says which settings became what, and names the secrets that were replaced or removed. Refusals: `account.unknown`,
    `account.stale` (changed since `revision`), `account.secret_removed` (entered as well), `account.secret_again` (kept ones are sent to
    no server that they were not entered for), and those of `open_account`.
    """
    check_names("account", code, name)
    _check_pace(per_minute)
    found = _in_use(Account.objects.all(), code)
    module, before = channel(found.channel), provider(found)
    plain, hidden = _told(module, entered, {one: value for one, value in before.secrets.items() if one not in removed})
    _check_removed(module, entered, removed)
    _check_led(module, before, Provider(code, plain, hidden), entered)
    module.check(Provider(code, plain, hidden))
    with transaction.atomic():
        account = _in_use(Account.objects.select_for_update(), code)
        if account.revision != revision:
            raise Refusal("account.stale", "somebody has changed this account meanwhile: load it again")
        old = _changeable(account.name, account.per_minute, account.settings)
        new = _changeable(name.strip(), per_minute, plain)
        changed = sorted(one for one in old | new if old.get(one) != new.get(one))
        replaced = sorted(one for one in hidden if hidden[one] != before.secrets.get(one))
        gone = sorted(before.secrets.keys() - hidden.keys())
        if not (changed or replaced or gone):
            return
        account.name, account.per_minute, account.settings, account.fault = name.strip(), per_minute, plain, ""
        if replaced or gone:
            account.secrets = _sealed(hidden)
        account.save(update_fields=["name", "per_minute", "settings", "secrets", "fault"])
        settings = {"before": {one: old.get(one) for one in changed}, "after": {one: new.get(one) for one in changed}}
        detail = {**settings, "secrets": replaced, "removed": gone}
        audit(by, "account.changed", f"touch_account:{code}", detail, at=now)


def archive_account(by: Actor, code: str, *, now: datetime) -> None:
    """Close an account; what waits for its medium waits until another is opened. Refusal: `account.unknown`."""
    with transaction.atomic():
        if not Account.objects.filter(code=code, archived_at=None).update(archived_at=now):
            raise Refusal("account.unknown", "there is no such account")
        audit(by, "account.archived", f"touch_account:{code}", at=now)


def try_account(by: Actor, code: str, trial: Trial, *, now: datetime) -> Outcome:
    """Send one test message through the account, as real ones go, outside of any transaction; returns what the provider answered.

    It is no touch: no member, no caps, no receipt. The audit says who tried what, with the address masked.
    Refusals: `account.unknown`, `account.address`, `account.words`.
    """
    account = _in_use(Account.objects.all(), code)
    if len(trial.text) > MAX_TRIED or len(trial.subject) > MAX_TRIED:
        raise Refusal("account.words", "a test message has at most %(limit)s characters", limit=MAX_TRIED)
    to = _address(account.medium, trial.to.strip())
    message = Message(
        id=uuid4(), to=to, text=trial.text, subject=trial.subject, template=trial.template.strip(), values=dict(trial.values or {})
    )
    outcome = tried(channel(account.channel), provider(account), message)
    shown = mask(MEDIA[account.medium].handle, to) if to else ""
    audit(by, "account.tried", f"touch_account:{code}", {"to": shown, "outcome": type(outcome).__name__.lower()}, at=now)
    return outcome


def tried(module: Channel, account: Provider, message: Message) -> Outcome:
    """Hand one test message over; what the channel did not foresee is an answer, too."""
    try:
        return next(iter(module.send(account, [message])))
    except Exception as error:
        return Unknown(f"the channel failed: {type(error).__name__}: {error}"[:300])


def renew_report_address(by: Actor, code: str, *, now: datetime) -> str:
    """A new unguessable part of the address to which the provider reports, shown once; the former one is closed.

    Refusals: `account.unknown`, `account.no_reports`.
    """
    with transaction.atomic():
        account = _in_use(Account.objects.select_for_update(), code)
        if not hasattr(channel(account.channel), "hear"):
            raise Refusal("account.no_reports", "this channel takes no reports")
        token = token_urlsafe(24)
        account.inbound_token = token_hash(token)
        account.save(update_fields=["inbound_token"])
        audit(by, "account.report_address_renewed", f"touch_account:{code}", at=now)
    return token


def token_hash(token: str) -> str:
    """What is kept of the secret in a report address: 192 random bits cannot be searched for."""
    return sha256(token.encode()).hexdigest()


def _in_use(accounts: QuerySet[Account], code: str) -> Account:
    account = accounts.filter(code=code, archived_at=None).first()
    if account is None:
        raise Refusal("account.unknown", "there is no such account")
    return account


def _check_pace(per_minute: int) -> None:
    if not 1 <= per_minute <= MAX_PER_MINUTE:
        raise Refusal("account.pace", "between 1 and %(limit)s messages a minute", limit=MAX_PER_MINUTE)


def _changeable(name: str, per_minute: int, settings: Mapping[str, str]) -> dict[str, str | int]:
    return {"name": name, "per_minute": per_minute, **{f"settings.{one}": value for one, value in settings.items()}}


def _check_removed(module: Channel, entered: Mapping[str, str], removed: Collection[str]) -> None:
    if both := [one.label for one in module.FIELDS if one.name in removed and entered.get(one.name)]:
        raise Refusal("account.secret_removed", "enter it anew or remove it, not both: %(fields)s", fields=_named(both))


def _check_led(module: Channel, before: Provider, after: Provider, entered: Mapping[str, str]) -> None:
    """Whoever may change an account could send its secrets to a server of their own, and read there what no page shows.

    Where one secret is removed, another may stand in for it, and go where it did not go before.
    """
    led = any(one.leads and after.get(one.name) not in ("", before.get(one.name)) for one in module.FIELDS)
    secret = [one for one in module.FIELDS if one.is_secret and before.get(one.name) and not entered.get(one.name)]
    kept = [one.label for one in secret if after.get(one.name)]
    if kept and (led or len(kept) < len(secret)):
        raise Refusal(
            "account.secret_again", "another server or a secret less: enter what is secret again (%(fields)s)", fields=_named(kept)
        )


def _sealed(secrets: Mapping[str, str]) -> bytes | None:
    return encrypt(msgspec.json.encode(secrets)) if secrets else None


def _told(module: Channel, entered: Mapping[str, str], kept: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Settings and secrets as entered, the usual ones filled in, and the secrets that are kept."""
    told = {one.name: (entered.get(one.name) or "").strip() or kept.get(one.name) or one.usual for one in module.FIELDS}
    if missing := [one.label for one in module.FIELDS if one.is_required and not told[one.name]]:
        raise Refusal("account.missing", "still missing: %(fields)s", fields=_named(missing))
    if max(map(len, told.values()), default=0) > MAX_FIELD:
        raise Refusal("account.long", "each field has at most %(limit)s characters", limit=MAX_FIELD)
    secret = {one.name for one in module.FIELDS if one.is_secret}
    plain = {name: value for name, value in told.items() if name not in secret}
    return plain, {name: value for name, value in told.items() if name in secret and value}


def _named(labels: Sequence[str]) -> str:
    return ", ".join(gettext(label) for label in labels)


def _address(medium: str, to: str) -> str:
    """Where a test goes, in the form real touches have. A medium without addresses of people goes where its account says."""
    kind = MEDIA[medium].handle
    if not kind:
        return ""
    if (named := handle_named(kind, to)) is None:
        raise Refusal("account.address", "this is no address to which a test message could go")
    return named[0].value
