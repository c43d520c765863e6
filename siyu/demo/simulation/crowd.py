"""People the data set does not know: friends who have not bought yet, and visitors who never said who they are."""

from datetime import timedelta
from random import Random

from siyu.facts.rules import Handle

from ..channels import ONLINE, channel_of
from ..nicknames import nickname, phone
from ..stores import STORES, assistants_of
from .diary import Diary
from .people import Home, join_pool, look_around

LEADS, VISITORS = 2_300, 3_800
REGISTERED = 0.4  # of the leads leave a phone number
FIRST_PHONE = 1_000_000  # beyond every household's number


def add_lead(number: int, diary: Diary) -> Home:
    """Someone who joined the pool and has not bought anything; returns whose customer that is."""
    random = Random(f"lead:{number}")
    store = random.choices(STORES, [store.share for store in STORES])[0].code
    when, channel = diary.moment(random, diary.some_day(random)), channel_of(random)
    handles = [Handle("unionid", f"oDemo{number:06d}w{random.getrandbits(48):012x}")]
    traits = {"nickname": nickname(random)}
    if channel.utm_source and random.random() < 0.5:
        visitor = Handle("anonymous_id", f"visitor-L{number}")
        look_around(diary, random, visitor, when - timedelta(minutes=random.randint(5, 30)), f"L{number}", channel)
        handles.append(visitor)
    if random.random() < REGISTERED:
        traits["phone"] = phone(random, FIRST_PHONE + number)
        handles.append(Handle("phone", traits["phone"]))
    diary.write("member.identified", when, handles, {"traits": traits}, key=f"registered:L{number}", proof="identify")
    assistant = random.choice(assistants_of(store))
    join_pool(diary, random, f"L{number}", handles[:1], store, assistant, when + timedelta(seconds=5), channel)
    return Home(handles[0], store, assistant)


def add_visitor(number: int, diary: Diary) -> None:
    """Someone who looks at a page or three and goes."""
    random = Random(f"visitor:{number}")
    when, channel = diary.moment(random, diary.some_day(random), 7, 23), random.choice(ONLINE)
    look_around(diary, random, Handle("anonymous_id", f"visitor-V{number}"), when, f"V{number}", channel)
