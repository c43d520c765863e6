"""The writers of honours: badges, leaderboards, rituals."""

from .badges import archive_badge, award_badge, judge_badge, publish_badge, revoke_badge
from .boards import archive_board, publish_board, refresh_board, refresh_boards, show_on_boards
from .rituals import see_card, set_ritual

__all__ = [
    "archive_badge",
    "archive_board",
    "award_badge",
    "judge_badge",
    "publish_badge",
    "publish_board",
    "refresh_board",
    "refresh_boards",
    "revoke_badge",
    "see_card",
    "set_ritual",
    "show_on_boards",
]
