"""Stories a merchant can read, lived day by day through the real pump and services. See `tests/stories/README.md`."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal
from siyu.loyalty import queries, services
from siyu.loyalty.services import Adjust, Because, Capture, GiveBack, Grant, Hold, Spend, Step, TakeBack, Transfer, Void
from siyu.members.services import merge_members
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import set_setting
from siyu.operate.verify import verify

from .telling_touches import Touching

pytestmark = pytest.mark.django_db
STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))
WHY = Because("story", "", "as told")
LIN = Actor("staff", 1, "Lin")


class Telling(Touching):
    """One story being told: its clock, its zone, and the words it may use."""

    def __init__(self, story: dict[str, Any]) -> None:
        self.zone = ZoneInfo(story.get("zone", "Asia/Shanghai"))
        self.now = self._instant(str(story["from"]))
        self.messages = count(1)
        self.keys = count(1)
        self.begin_touching()

    def tell(self, step: dict[str, Any]) -> None:
        """One step: when, and either what happens or what must be so. `refused` names the code of the refusal that is expected."""
        words = dict(step)
        self.now = max(self.now, self._instant(str(words.pop("at")))) if "at" in words else self.now
        refused, note = words.pop("refused", ""), words.pop("note", "")
        (verb, told), *rest = words.items()
        assert not rest, f"one thing at a time: {list(words)} {note}"
        pump(self.now)
        if refused:
            with pytest.raises(Refusal) as no:
                getattr(self, f"_{verb}")(told)
            assert no.value.code == refused
        else:
            getattr(self, f"_{verb}")(told)
        self._drain()

    def _drain(self) -> None:
        report = pump(self.now)
        assert (report.stopped, report.quarantined) == ("", 0)

    def _instant(self, words: str) -> datetime:
        if words.startswith("+"):
            number, unit = int(words[1:-1]), {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}[words[-1]]
            return (self.now.astimezone(self.zone) + timedelta(**{unit: number})).astimezone(UTC)
        return datetime.fromisoformat(words).replace(tzinfo=self.zone).astimezone(UTC)

    def _day(self, words: Any = None) -> date:
        return date.fromisoformat(str(words)) if words else self.now.astimezone(self.zone).date()

    def _member(self, who: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT member_id FROM members_identity WHERE hash = %s", [lookup_hash("user_id", who)])
            found = cursor.fetchone()
        if found is None:
            self._fact({"name": "member.identified", "who": who})
            self._drain()
            return self._member(who)
        return found[0]

    # --- what happens ---

    def _fact(self, told: dict[str, Any]) -> None:
        properties = dict(told)
        name, who = properties.pop("name"), properties.pop("who")
        if "amount" in properties:
            properties["amount_minor"] = int(Decimal(str(properties.pop("amount"))) * 100)
        if name.startswith("order."):
            properties = {"shop": "web", "order_number": str(properties.pop("order")), **properties}
        message = f"story-{next(self.messages)}"
        fact = Incoming(name=name, occurred_at=self.now, message=message, handles=[Handle("user_id", who)], properties=properties)
        record([fact], source="story", received_at=self.now)

    def _pays(self, told: dict[str, Any]) -> None:
        self._fact({"name": "order.paid", **told})

    def _receives(self, told: dict[str, Any]) -> None:
        self._fact({"name": "order.received", **told})

    def _gets_back(self, told: dict[str, Any]) -> None:
        self._fact({"name": "order.refunded", **told})

    def _closes(self, told: dict[str, Any]) -> None:
        self._fact({"name": "order.closed", **told})

    def _checks_in(self, who: str) -> None:
        self._fact({"name": "member.checked_in", "who": who})

    def _merges(self, told: dict[str, Any]) -> None:
        survivor, other = self._member(told["who"]), self._member(told["with"])
        merge_members(LIN, survivor, other, "the same person came to the desk", now=self.now)

    def _time(self, told: Any) -> None:
        """Nothing happens; time passes."""

    # --- what the merchant decides ---

    def _programme(self, told: Any) -> None:
        services.install_default_programme(SYSTEM, self._day(told if told is not True else None), now=self.now)

    def _unit(self, told: dict[str, Any]) -> None:
        services.define_unit(
            SYSTEM, told["code"], told.get("name", told["code"]), told.get("terms", {}), self._day(told.get("from")), now=self.now
        )

    def _rule(self, told: dict[str, Any]) -> None:
        code, day = told["code"], self._day(told.get("from"))
        services.publish_earn_rule(SYSTEM, code, told.get("name", code), told["definition"], day, today=self._day(), now=self.now)

    def _ends_rule(self, told: dict[str, Any]) -> None:
        services.archive_earn_rule(SYSTEM, told["code"], self._day(told.get("last_day")), today=self._day(), now=self.now)

    def _tiers(self, told: dict[str, Any]) -> None:
        """Steps are [code, reached from, multiplier, kept down to, gifts of points]; the last three may be left out."""
        steps = []
        for code, reach, *more in told["steps"]:
            multiplier, keep, gift = [*more, *[1, None, 0][len(more) :]]
            gifts = (("points", gift),) if gift else ()
            steps.append(Step(code, code, reach, Decimal(str(multiplier)), keep, gifts))
        more = {name: told[name] for name in ("track", "name", "terms", "migration", "notice_days") if name in told}
        services.publish_tiers(SYSTEM, steps, self._day(told.get("from")), today=self._day(), now=self.now, **more)

    def _grants_tier(self, told: dict[str, Any]) -> None:
        services.grant_tier(LIN, self._member(told["who"]), told["tier"], self._day(told["last_day"]), "as told", now=self.now)

    def _setting(self, told: dict[str, Any]) -> None:
        set_setting(SYSTEM, told["name"], told["value"], self._day(told.get("from")), now=self.now)
        if told["name"] == "merchant.zone":
            self.zone = ZoneInfo(told["value"])

    # --- what services are asked ---

    def _given(self, told: dict[str, Any]) -> None:
        until = {"expires_at": self._instant(str(told["until"]))} if "until" in told else {}
        ripe = self._instant(str(told["available"])) if "available" in told else None
        item = Grant(self._member(told["who"]), told.get("unit", "points"), told["amount"], self._key(told), WHY, ripe, **until)
        services.grant(SYSTEM, [item], self.now)

    def _spends(self, told: dict[str, Any]) -> None:
        services.spend(
            SYSTEM, [Spend(self._member(told["who"]), told.get("unit", "points"), told["amount"], self._key(told), WHY)], self.now
        )

    def _holds(self, told: dict[str, Any]) -> None:
        until = self._instant(str(told.get("until", "+1d")))
        item = Hold(self._member(told["who"]), told.get("unit", "points"), told["amount"], self._key(told), WHY, until)
        services.hold(SYSTEM, [item], self.now)

    def _captures(self, told: dict[str, Any]) -> None:
        services.capture(SYSTEM, [Capture(told["hold"], self._key(told), told.get("amount"))], self.now)

    def _frees(self, told: dict[str, Any]) -> None:
        services.void(SYSTEM, [Void(told["hold"], self._key(told), WHY)], self.now)

    def _gives_back(self, told: dict[str, Any]) -> None:
        services.give_back(SYSTEM, [GiveBack(told["of"], self._key(told), WHY, told.get("amount"))], self.now)

    def _takes_back(self, told: dict[str, Any]) -> None:
        services.take_back(SYSTEM, [TakeBack(told["of"], self._key(told), WHY, told.get("amount"))], self.now)

    def _adjusts(self, told: dict[str, Any]) -> None:
        services.adjust(
            LIN, [Adjust(self._member(told["who"]), told.get("unit", "points"), told["amount"], self._key(told), WHY)], self.now
        )

    def _approves(self, told: dict[str, Any]) -> None:
        services.approve_adjustment(Actor("staff", told.get("by", 2), "Mei"), told["key"], self.now)

    def _sends(self, told: dict[str, Any]) -> None:
        item = Transfer(
            self._member(told["who"]), self._member(told["to"]), told.get("unit", "points"), told["amount"], self._key(told), WHY
        )
        services.transfer(SYSTEM, [item], self.now)

    def _key(self, told: dict[str, Any]) -> str:
        return told.get("key") or f"story-{next(self.keys)}"

    # --- what must be so ---

    def _expect(self, told: dict[str, dict[str, Any]]) -> None:
        """`who: {tier: …, points: {pending: …, available: …}}`; a bare number is what is available. As judged at this instant."""
        for who, wanted in told.items():
            member = self._member(who)
            found = queries.balances([member], self.now).get(member, {})
            for unit, buckets in wanted.items():
                if unit == "tier":
                    assert self._tier(member) == buckets, f"{who}'s tier at {self.now}"
                    continue
                for bucket, amount in (buckets if isinstance(buckets, dict) else {"available": buckets}).items():
                    has = getattr(found[unit], bucket) if unit in found else 0
                    assert has == amount, f"{who} has {has} {unit} {bucket} at {self.now.astimezone(self.zone)}, not {amount}"

    def _tier(self, member: int) -> str:
        if (standing := queries.standings([member]).get(member)) is not None:
            return standing.code
        base = queries.base_tier(self._day())
        return base.code if base else ""


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_story(path: Path) -> None:
    story = yaml.safe_load(path.read_text(encoding="utf-8"))
    telling = Telling(story)
    for number, step in enumerate(story["steps"], 1):
        try:
            telling.tell(step)
        except AssertionError as error:
            raise AssertionError(f"{story['title']}, step {number} {step}: {error}") from error
    broken = [f"{finding.name}: {finding.offender}" for finding in verify(60) if not finding.holds]
    assert broken == []


def test_there_are_enough_stories_and_each_says_what_it_is_about() -> None:
    assert len(STORIES) >= 20
    for path in STORIES:
        story = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert set(story) <= {"title", "about", "zone", "from", "steps"}, path.stem
        assert story["title"], path.stem
        assert any({"expect", "report"} & set(step) for step in story["steps"]), path.stem
