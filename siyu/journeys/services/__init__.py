"""The writers of journeys: drafts, versions, states; those who could not go on; calls. Members are moved by the pump."""

from .calling import call
from .installing import install
from .members import dismiss, remove, retry
from .publishing import archive, pause, publish, resume
from .writing import Draft, create, duplicate, rename, save_draft

__all__ = [
    "Draft",
    "archive",
    "call",
    "create",
    "dismiss",
    "duplicate",
    "install",
    "pause",
    "publish",
    "remove",
    "rename",
    "resume",
    "retry",
    "save_draft",
]
