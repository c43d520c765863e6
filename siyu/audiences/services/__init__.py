"""The writers of audiences: rules, lists, snapshots. Who is in is written by the pump alone."""

from ..evaluating.remembering import keep_dates
from .audiences import archive, change, create, prepare_rules, refresh, restore
from .lists import Rejected, Uploaded, archive_list, upload
from .snapshots import take_snapshot
from .value import make_group_audiences, retake_borders

__all__ = [
    "Rejected",
    "Uploaded",
    "archive",
    "archive_list",
    "change",
    "create",
    "keep_dates",
    "make_group_audiences",
    "prepare_rules",
    "refresh",
    "restore",
    "retake_borders",
    "take_snapshot",
    "upload",
]
