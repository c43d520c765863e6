"""The tables of touches: how providers are reached, what is said, what was sent or refused and why, what staff are to do."""

from .accounts import Account, BadAddress
from .asked import Asked
from .sends import Arm, Head, Send
from .tasks import Sop, SopStand, SopStep, StaffTask
from .templates import File, Template
from .touches import InboxMessage, Link, Touch

__all__ = [
    "Account",
    "Arm",
    "Asked",
    "BadAddress",
    "File",
    "Head",
    "InboxMessage",
    "Link",
    "Send",
    "Sop",
    "SopStand",
    "SopStep",
    "StaffTask",
    "Template",
    "Touch",
]
