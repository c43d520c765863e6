"""The channels by which touches leave the house, one module each (`wiring.CHANNELS`), and their accounts as the modules want them."""

from importlib import import_module
from typing import Any

import msgspec
from django.conf import settings
from django.utils.module_loading import import_string

from siyu.lib.crypto import decrypt
from siyu.lib.refusal import Refusal

from .models import Account
from .rules.sending import Account as Provider

Channel = Any  # a module as `docs/add-a-channel.md` describes it


def channels() -> dict[str, Channel]:
    """Name → module, as the wiring lists them."""
    return {name: import_module(path) for name, path in _paths().items()}


def channel(name: str) -> Channel:
    """The module of a channel. Refusal: `account.channel`."""
    if name not in _paths():
        raise Refusal("account.channel", "there is no channel %(channel)s", channel=name)
    return import_module(_paths()[name])


def provider(account: Account) -> Provider:
    """An account as its channel wants it, its secrets decrypted."""
    secrets = msgspec.json.decode(decrypt(bytes(account.secrets)), type=dict[str, str]) if account.secrets else {}
    return Provider(account.code, account.settings, secrets)


def _paths() -> dict[str, str]:
    return import_string(f"{settings.WIRING}.CHANNELS")
