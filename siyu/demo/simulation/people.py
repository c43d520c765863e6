"""A household's life in the pool: it registers, joins through a channel, befriends an assistant, enters a group, and some leave."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from siyu.facts.rules import Handle

from ..channels import DemoChannel, channel_of, code_of
from ..nicknames import nickname, phone, real_name
from ..stores import STORES, assistants_of
from ..translate import Basket, household_handle
from .diary import Diary

JOINS, BEFRIENDS, ENTERS_GROUP, VISITS_FIRST = 0.92, 0.88, 0.55, 0.12
LEAVES_A_MONTH = 0.02
NAMED = 0.45  # give their name when they register
MONTH = timedelta(days=30)


class Home(NamedTuple):
    """Whose customer someone is: the store, and the assistant for those who joined the pool."""

    handle: Handle
    store: str
    assistant: str | None


class Person(NamedTuple):
    """A household as the simulation sees it. `joined_at` is None for those who only shop."""

    household: int
    handles: list[Handle]
    store: str
    assistant: str
    appeared_at: datetime
    joined_at: datetime | None
    channel: DemoChannel | None

    @property
    def home(self) -> Home:
        return Home(self.handles[0], self.store, self.assistant if self.joined_at else None)


def person_of(household: int, orders: list[Basket], diary: Diary) -> Person:
    """Who a household is: its store is where it shops most, its assistant one of that store's."""
    random = Random(f"person:{household}")
    store = Counter(order.store for order in orders).most_common(1)[0][0] if orders else random.choice(STORES).code
    joined_at = diary.moment(random, diary.some_day(random)) if random.random() < JOINS else None
    if joined_at and joined_at > diary.until:
        joined_at = None
    known = [order.at for order in orders[:1]] + ([joined_at] if joined_at else [])
    return Person(
        household,
        [household_handle(household)],
        store,
        random.choice(assistants_of(store)),
        min(known, default=diary.moment(random, diary.opening)),
        joined_at,
        channel_of(random) if joined_at else None,
    )


def live(person: Person, diary: Diary) -> None:
    """Write down the household's year, orders apart."""
    random = Random(f"life:{person.household}")
    register(person, diary, random)
    if person.joined_at and person.channel:
        join_pool(diary, random, f"H{person.household}", person.handles, person.store, person.assistant, person.joined_at, person.channel)
        check_in(person, diary, random)


def register(person: Person, diary: Diary, random: Random) -> None:
    """A phone, a nickname, for some a name and a birthday; one in eight had looked around on the web before, unknown."""
    key, handles = f"H{person.household}", list(person.handles)
    traits = {"nickname": nickname(random), "phone": phone(random, person.household)}
    if random.random() < NAMED:
        traits |= {
            "name": real_name(random),
            "birthday": f"{random.randint(1955, 2004)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
        }
    when = person.appeared_at + timedelta(seconds=random.randint(40, 400))
    handles.append(Handle("phone", traits["phone"]))
    if random.random() < VISITS_FIRST:
        visitor = Handle("anonymous_id", f"visitor-{key}")
        look_around(diary, random, visitor, when - timedelta(minutes=random.randint(20, 60)), key)
        handles.append(visitor)
    diary.write("member.identified", when, handles, {"traits": traits}, key=f"registered:{key}", proof="identify")


def look_around(diary: Diary, random: Random, visitor: Handle, when: datetime, key: str, channel: DemoChannel | None = None) -> None:
    """One to three pages, a minute apart."""
    source = (
        {"utm_source": channel.utm_source, "utm_medium": "social", "utm_campaign": "new-friends"} if channel and channel.utm_source else {}
    )
    for page in range(random.randint(1, 3)):
        name, path = random.choice(
            (("首页", "/"), ("本周特惠", "/weekly"), ("会员权益", "/benefits"), ("生鲜专场", "/fresh"), ("门店查询", "/stores"))
        )
        properties = {"name": name, "path": path, "title": name} | source
        diary.write("page.viewed", when + timedelta(minutes=page), [visitor], properties, key=f"visit:{key}:{page}")


def join_pool(
    diary: Diary, random: Random, key: str, handles: list[Handle], store: str, assistant: str, when: datetime, channel: DemoChannel
) -> None:
    """Joined, agreed to be written to, mostly befriended, often in a group; each month one friend in fifty deletes the assistant."""
    code = code_of(random, channel, store)
    diary.write("pool.joined", when, handles, {"channel": channel.code, "code": code}, key=f"joined:{key}")
    for channel_name in ("wecom", "inbox"):
        agreed = {"purpose": "marketing", "channel": channel_name, "proof": "入会须知 v2"}
        diary.write("consent.given", when, handles, agreed, key=f"consent:{channel_name}:{key}")
    if random.random() < 0.6:
        diary.write(
            "consent.given", when, handles, {"purpose": "marketing", "channel": "sms", "proof": "入会须知 v2"}, key=f"consent:sms:{key}"
        )
        if random.random() < 0.06:
            later = when + timedelta(days=random.randint(5, 200), hours=random.randrange(8))
            diary.write(
                "consent.withdrawn",
                later,
                handles,
                {"purpose": "marketing", "channel": "sms", "proof": "短信回复 R"},
                key=f"refused:sms:{key}",
            )
    if random.random() < BEFRIENDS:
        befriend(diary, random, key, handles, assistant, when + timedelta(seconds=random.randint(15, 300)))
    if random.random() < ENTERS_GROUP:
        group, entered = f"{store}-福利{random.randint(1, 6)}群", when + timedelta(minutes=random.randint(2, 3000))
        if diary.write("group.joined", entered, handles, {"group": group}, key=f"group:{key}") and random.random() < 0.15:
            diary.write("group.left", entered + timedelta(days=random.randint(2, 200)), handles, {"group": group}, key=f"group-left:{key}")


def befriend(diary: Diary, random: Random, key: str, handles: list[Handle], assistant: str, when: datetime) -> None:
    """Added as a friend, and deleted again by two in a hundred each month."""
    diary.write("friend.added", when, handles, {"staff": assistant}, key=f"friend:{key}")
    month = when
    while month < diary.until:
        if random.random() < LEAVES_A_MONTH:
            removed = month + random.random() * MONTH
            diary.write("friend.removed", removed.replace(microsecond=0), handles, {"staff": assistant}, key=f"unfriended:{key}")
            return
        month += MONTH


def check_in(person: Person, diary: Diary, random: Random) -> None:
    """Most never check in, a few do so all the time: a Pareto tail."""
    if person.joined_at is None or random.random() < 0.7:
        return
    first = person.joined_at.astimezone(diary.zone).date() + timedelta(days=1)
    span = (diary.closing - first).days
    if span > 0:
        times = min(span, int(3 * random.paretovariate(1.1)), 90)
        for day in sorted(random.sample(range(span), times)):
            when = diary.moment(random, first + timedelta(days=day), 7, 22)
            diary.write("member.checked_in", when, person.handles, {}, key=f"check-in:H{person.household}:{day}")
