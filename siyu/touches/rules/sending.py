"""What a channel is given and what it answers. A channel is one module: see `docs/add-a-channel.md`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ChannelField:
    """Something the operator enters for an account of a channel; what is secret is kept encrypted and never shown again.

    `choices`: the values there are, each with its words. `bounds`: of a whole number. `leads`: secrets are sent to what stands here.
    """

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = True
    usual: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    bounds: tuple[int, int] | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """How a provider is reached: its settings and secrets by the names of the channel's `FIELDS`."""

    code: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> str:
        return self.settings.get(name) or self.secrets.get(name) or ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One touch, ready to go. `id` is the outbox row's: the provider's idempotency key and what its receipts come back with."""

    id: UUID
    to: str = field(repr=False)  # an e-mail address, a phone number in E.164, or nothing where the account says where to
    text: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    template: str = ""  # the provider's own template, where it demands one
    values: Mapping[str, str] = field(default_factory=dict, repr=False)  # in the order of the template
    unsubscribe_url: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it; `receipt` is its own number for it."""

    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """It was surely not taken, and may be tried again after a while."""

    after: timedelta
    because: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It was surely not taken, and trying again is hopeless: `code` is stable, `because` the provider's words."""

    code: str
    because: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been taken: never sent again by itself."""

    because: str


Outcome = Sent | Retry | GiveUp | Unknown
