"""The tables of touches: how providers are reached, what is said, what was sent or refused and why."""

from .accounts import Account, BadAddress
from .templates import Template
from .touches import InboxMessage, Link, Touch

__all__ = ["Account", "BadAddress", "InboxMessage", "Link", "Template", "Touch"]
