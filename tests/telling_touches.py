"""What stories say of touching people: crowds, their assistants, one-off sends, who confirms, who buys, and the report to the last head."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.buckets import bucket
from siyu.lib.crypto import lookup_hash
from siyu.members.services import assign_assistants, tag
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.touches import queries, services
from siyu.touches.models import StaffTask, Template
from siyu.touches.services import ArmTerms, Finish, Terms, Wish
from siyu.touches.tasks import keep_staff_tasks, walk_sends

WHOLE = 10_000


class Touching:
    """Verbs of `Telling`. People of a crowd are called c0, c1, …; `[300, 3020]` are c300 to c3019."""

    now: datetime

    def begin_touching(self) -> None:
        self.crowd: list[int] = []
        self.sends: dict[str, int] = {}
        self.left_out: list[int] = []  # by the send's own control group
        self.assistants: list[int] = []

    def _crowd(self, told: dict[str, Any]) -> None:
        """So many people; the first `agree` of them agreed to marketing."""
        names = [f"c{place}" for place in range(told["heads"])]
        facts = [self._of(who, "member.identified", traits={"name": who}) for who in names]
        facts += [self._of(who, "consent.given", purpose="marketing", channel="any", proof="form") for who in names[: told["agree"]]]
        record(facts, source="story", received_at=self.now)
        assert pump(self.now).quarantined == 0
        hashes = [lookup_hash("user_id", who) for who in names]
        with connection.cursor() as cursor:
            cursor.execute("SELECT hash, member_id FROM members_identity WHERE hash = ANY(%s)", [hashes])
            numbers = dict(cursor.fetchall())
            cursor.execute("ANALYZE members_member, members_identity, members_trait, members_consent")
        self.crowd = [numbers[one] for one in hashes]

    def _of(self, who: str, name: str, **properties: Any) -> Incoming:
        handles = [Handle("user_id", who)]
        return Incoming(name=name, occurred_at=self.now, message=f"{name}:{who}:{self.now}", handles=handles, properties=properties)

    def _template(self, told: dict[str, Any]) -> None:
        words = {"zh-hans": {"subject": "来自门店", "text": told.get("text", "好久不见")}}
        services.publish_template(SYSTEM, told["code"], told["code"], told["medium"], told.get("purpose", "marketing"), words, now=self.now)

    def _touches(self, told: dict[str, Any]) -> None:
        """Something else touches a part of the crowd: what fills their caps."""
        template = Template.objects.get(code=told["template"])
        wishes = [
            Wish(member, template.pk, f"{template.code}:{member}:{self.now}", "story", self.now) for member in self._part(told["people"])
        ]
        services.propose(wishes, now=self.now)
        self._posts()

    def _assistants(self, told: dict[str, Any]) -> None:
        """So many assistants share those of a part whom the next send's control group will not take; others of `also` go to the first."""
        Staff.objects.get_or_create(username="owner", defaults={"name": "Owner", "role": "owner", "reach": "all"})
        self.assistants = [
            Staff.objects.create(username=f"a{place}", name=f"导购{place}", role="shop_assistant", reach="own").pk
            for place in range(told["many"])
        ]
        mine = [member for member in self._part(told["share"]) if member not in set(self.left_out)]
        each, rest = divmod(len(mine), told["many"])
        assert rest == 0, f"{len(mine)} heads cannot be shared by {told['many']}"
        pairs = [(member, self.assistants[place // each], None) for place, member in enumerate(mine)]
        others = [member for part in told.get("also", []) for member in self._part(part)] + self.left_out
        assign_assistants(SYSTEM, [*pairs, *((member, self.assistants[0], None) for member in others)])

    def _control(self, told: dict[str, Any]) -> None:
        """Choose the draw by which exactly so many of a part are left out of the sends that follow."""
        part, share = self._part(told["of"]), told["share"]
        for number in range(20_000):
            drawn = [member for member in part if bucket(f"w{number}:control", member) < share]
            if len(drawn) == told["heads"]:
                self.salt, self.share, self.left_out = f"w{number}", share, drawn
                return
        raise AssertionError("no draw of this size")

    def _audience(self, told: dict[str, Any]) -> None:
        tag(SYSTEM, self._part(told["people"]), told["tag"], now=self.now)
        self.audience = create(SYSTEM, told["tag"], {"condition": "tag", "tags": [told["tag"]]}, now=self.now)

    def _send(self, told: dict[str, Any]) -> None:
        """One send to the audience, now; it is walked to its end."""
        until = self.now + timedelta(hours=told["hours"]) if "hours" in told else None
        arms = [ArmTerms(told["template"], WHOLE, self.now)]
        terms = Terms(told["name"], self.audience, arms, control_share=self.share, until=until, window_days=told.get("window_days", 7))
        number = services.draft_send(SYSTEM, terms, now=self.now, salt=self.salt)
        services.schedule_send(SYSTEM, number, now=self.now)
        walk_sends(self.now)
        keep_staff_tasks(self.now)
        self.sends[told["name"]] = number

    def _posts(self, told: Any = None) -> None:
        """What waits for inboxes is put there."""
        while services.post_inbox(self.now):
            pass

    def _lose_us(self, told: dict[str, Any]) -> None:
        """Of those whom the first assistants have, some remove us; the next some are written to by something that fills their cap."""
        mine = [task.member_id for one in self.assistants[: told["of_assistants"]] for task in self._tasks(one)]
        assign_assistants(SYSTEM, [(member, None, None) for member in mine[: told["removed"]]])
        template = Template.objects.get(code=told["template"])
        full = mine[told["removed"] : told["removed"] + told["full"]]
        services.propose([Wish(member, template.pk, f"parcel:{member}", "orders", self.now) for member in full], now=self.now)
        self._posts()

    def _confirm(self, told: dict[str, Any]) -> None:
        """The first so many assistants do all their tasks."""
        for one in self.assistants[: told["assistants"]]:
            done = [Finish(task.pk) for task in self._tasks(one)]
            services.finish_tasks(Actor("staff", one, "导购"), done, scope=Scope(assistant_id=one), now=self.now)

    def _tasks(self, assistant: int) -> Sequence[StaffTask]:
        return list(StaffTask.objects.filter(assistant_id=assistant, state="open").order_by("touch_id"))

    def _tasks_expire(self, told: Any) -> None:
        keep_staff_tasks(self.now)

    def _buy(self, told: dict[str, Any]) -> None:
        """So many of the touched and so many of those left out buy."""
        left_out = set(self.left_out)
        touched = [place for place, member in enumerate(self.crowd) if member not in left_out][: told["touched"]]
        alone = [place for place, member in enumerate(self.crowd) if member in left_out][: told["left_out"]]
        orders = {"shop": "web", "amount_minor": 5_000, "currency": "CNY", "lines": []}
        facts = [self._of(f"c{place}", "order.paid", **orders, order_number=f"{place}") for place in touched + alone]
        record(facts, source="story", received_at=self.now)

    def _report(self, told: dict[str, Any]) -> None:
        """The lines of a send's report, which add up to the audience; and figures of it."""
        found = queries.report(self.sends[told["send"]])
        assert found is not None
        lines = {f"{line.group} {line.why}".strip(): line.total for line in found.lines}
        assert sum(lines.values()) == found.size == told["heads"], f"{lines} of {found.size}"
        if "lines" in told:
            assert lines == told["lines"], lines
        for name, wanted in told.get("figures", {}).items():
            has = getattr(found, name, None) if hasattr(found, name) else getattr(found.bought[0], name)
            assert has == wanted or abs(has - wanted) < 1e-9, f"{name} is {has}, not {wanted}"
        if "by_assistant" in told:
            rates = sorted((one.opened, one.done, one.expired) for one in found.staff)
            assert rates == sorted(tuple(one) for one in told["by_assistant"] for one in [one[1]] * one[0]), rates

    def _part(self, part: Sequence[int]) -> list[int]:
        return self.crowd[part[0] : part[1]]
