"""What docs/member-centre.md says in numbers is what the code does."""

from pathlib import Path

from siyu.members.services import CARD_SECONDS
from siyu.portal.rules import ATTEMPTS, BIRTHDAY_PAUSE, CODE_LIFE, DIGITS, LINK_LIFE, PER_ADDRESS, PER_HANDLE, SESSION_LIFE
from siyu.portal.rules.settings import COOLING_OFF
from siyu.portal.services.privacy import COPY_LIFE, COPY_PAUSE

TEXT = (Path(__file__).resolve().parents[3] / "docs/member-centre.md").read_text()


def test_the_numbers_of_the_page_are_those_of_the_code():
    words = {5: "five", 6: "six"}
    in_50_s, an_hour, a_day = (limit.codes for limit in PER_HANDLE)
    minute, hour, day = (limit.codes for limit in PER_ADDRESS)
    for told in (
        f"{words[DIGITS]} digits, {words[CODE_LIFE.seconds // 60]} minutes, {words[ATTEMPTS]} guesses",
        f"{in_50_s} code in {PER_HANDLE[0].within.seconds} seconds, {an_hour} an hour and {a_day} a day to one handle",
        f"{minute} a minute, {hour} an hour and {day} a day from one address",
        f"{SESSION_LIFE.days} days from the last use",
        f"good for one use within {LINK_LIFE.total_seconds() / 3600:.0f} hours",
        f"good for {words[CARD_SECONDS // 60]}",
        f"once in {BIRTHDAY_PAUSE.days} days",
        f"deleted after {COPY_LIFE.total_seconds() / 3600:.0f} hours",
        f"({COOLING_OFF[0]} or {COOLING_OFF[1]})",
    ):
        assert told in TEXT, told
    assert COPY_PAUSE.total_seconds() == 3600
    assert "one an hour" in TEXT
