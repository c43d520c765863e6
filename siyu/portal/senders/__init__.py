"""How a one-time code reaches a person: one file per sender, `send(message) -> None`, named in `wiring.CODE_SENDERS`."""

from typing import NamedTuple, Protocol
from uuid import UUID


class Message(NamedTuple):
    """A code on its way: `kind` and `value` of the handle (a phone in E.164, an e-mail address), six digits, language of the person."""

    challenge: UUID
    kind: str
    value: str
    code: str
    language: str
    minutes: int  # how long it is good


class Sender(Protocol):
    """A module of this folder or of a vendor. It waits for no answer longer than 5 s, and refuses with `code.not_sent`."""

    def send(self, message: Message) -> None: ...
