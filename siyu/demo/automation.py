"""The last weeks of the demo are lived with automation: audiences, journeys, a send with a control group, tasks that assistants do."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import translation

from siyu.audiences import services as audiences
from siyu.audiences.queries import names
from siyu.journeys import services as journeys
from siyu.journeys.rehearsal.jobs import ask
from siyu.lib.sql import statements
from siyu.merchant.queries import staff_names
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.touches import tasks
from siyu.touches.services import (
    ArmTerms,
    FactFilter,
    Finish,
    Skip,
    Step,
    Terms,
    draft_send,
    finish_tasks,
    followed,
    publish_sop,
    publish_template,
    read_message,
    schedule_send,
    skip_tasks,
)

from .assign import assign_homes
from .simulation.people import Home

_sql = statements("siyu.demo", "automation")
BEGIN, ANNOUNCE = 14, 7  # days before the end
NIGHT = timedelta(hours=9, minutes=30)  # from the end of a day to the morning after
MAX_READ = 2_000  # messages opened a day
MAX_TASKS = 500  # done a day
WORKED, FOLLOWED = timedelta(hours=1), timedelta(hours=5)  # from the morning until assistants have done their tasks, and some are read
CARE = "after-a-tier"
REHEARSED = 365  # days
BUYERS, GOLD, ASLEEP = "近 30 天买过", "金卡及以上", "60 天没买"


def _bought(times: int, days: int) -> dict[str, Any]:
    return {"condition": "did_fact", "fact": "order.paid", "times": times, "within": {"last_days": days}}


AUDIENCES: tuple[tuple[str, dict[str, Any], str], ...] = (
    (BUYERS, _bought(1, 30), "近 30 天内至少下过一单。"),
    ("常客", _bought(4, 30), "近 30 天内下单四次以上。"),
    (ASLEEP, {"condition": "days_since", "what": "last_bought", "op": "gte", "value": 60}, "买过，但已有 60 天没有再买。"),
    (GOLD, {"condition": "tier", "tiers": ["gold", "platinum"]}, "金卡与铂金会员。"),
    (
        "逛了没买",
        {"all": [{"condition": "did_fact", "fact": "page.viewed", "within": {"last_days": 7}}, {"not": _bought(1, 7)}]},
        "近 7 天逛过页面，没有下单。",
    ),
    ("新入池 30 天", {"condition": "days_since", "what": "joined", "op": "lte", "value": 30}, "入池不满 30 天。"),
)
# recipe, code, what it asks, whether it is in force; points would change what the data set says of them
RECIPES: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("welcome", "welcome", {"points": 0}, True),
    ("tier_reached", "tier-reached", {}, True),
    ("rebuy", "rebuy", {"at_least": 3, "at_most": 60}, True),
    ("win_back", "win-back", {}, False),
)
WORDS = (
    ("weekend-a", "周末囤货（省钱）", "周末囤货日", "本周六、周日，常买的都有会员价。囤够一周的，省下来的都是自己的。"),
    ("weekend-b", "周末囤货（省心）", "周末不用排队", "本周六、周日，线上下单、到店自提，常购清单一键再来一单。"),
)


CARE_WORDS = (
    "{{ member.nickname | default: '会员' }}，恭喜升到{{ tier.name | default: '新等级' }}！"
    "本月的专属权益都在这里：https://shop.example.com/benefits ，想用哪一项随时找我。"
)


def live(now: datetime, left: int, homes: list[Home], pump: Callable[[datetime], None]) -> None:
    """What automation does at the end of a day, so many days before the last; what was done before is not done again."""
    if left > BEGIN:
        return
    is_begun, is_announced = _is_begun()
    if not is_begun:
        _begin(homes, now)
        pump(now)
    if left <= ANNOUNCE and not is_announced:
        _announce(now, now + NIGHT if left else now)
    _open_some(now)
    if left:
        morning = now + NIGHT  # marketing waits for it
        deliver(morning)
        do_tasks(morning + WORKED)
        follow_links(morning + FOLLOWED)


def finish(now: datetime) -> None:
    """What an operator finds to do on the first day: a draft with its rehearsal, and greetings that assistants are asked to say."""
    numbers = _numbers()
    words = "{{ member.nickname | default: '会员' }}是{{ tier.name | default: '金卡' }}会员，请问候一声，并介绍本月权益。"
    publish_template(
        SYSTEM, "gold-greeting", "金卡问候", "task", "service", {"zh-hans": {"subject": "问候金卡会员", "text": words}}, now=now
    )
    terms = Terms("金卡会员问候", numbers[GOLD], [ArmTerms("gold-greeting", 10_000, now)], window_days=14)
    schedule_send(SYSTEM, draft_send(SYSTEM, terms, now=now, salt="demo"), now=now)
    ask(SYSTEM, "win-back", REHEARSED, now=now)


def deliver(now: datetime) -> None:
    """What the worker's timetable does."""
    tasks.walk_sends(now)
    tasks.keep_staff_tasks(now)
    tasks.send(now)


def do_tasks(now: datetime) -> None:
    """Assistants do most of what waits for them, skip some, and leave some until it is too late."""
    names = staff_names()
    with connection.cursor() as cursor:
        cursor.execute(_sql.open_tasks, {"limit": MAX_TASKS})
        waiting = cursor.fetchall()
    for assistant, touch, chance in waiting:
        by, scope = Actor("staff", assistant, names[assistant]), Scope(assistant_id=assistant)
        if chance == 0:
            skip_tasks(by, [Skip(touch, "not_fitting")], scope=scope, now=now)
        elif chance < 8:
            finish_tasks(by, [Finish(touch, "answered" if chance == 7 else "sent")], scope=scope, now=now)


def follow_links(now: datetime) -> None:
    """Every other member follows the link that an assistant has sent."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.fresh_links, {"limit": MAX_TASKS})
        tokens = [token for (token,) in cursor.fetchall()]
    for token in tokens:
        followed(token, now=now)


def _is_begun() -> tuple[bool, bool]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.is_begun)
        return cursor.fetchone()


def _begin(homes: list[Home], now: datetime) -> None:
    with transaction.atomic():
        assign_homes(homes)  # who is asked to congratulate
        for name, rule, words in AUDIENCES:
            audiences.create(SYSTEM, name, rule, description=words, now=now)
        with translation.override("zh-hans"):
            audiences.make_group_audiences(SYSTEM, now=now)
            for recipe, code, values, is_live in RECIPES:
                journeys.install(SYSTEM, recipe, code, values, now=now)
                if is_live:
                    journeys.publish(SYSTEM, code, now=now)
        _care(now)


def _care(now: datetime) -> None:
    """Who reaches a tier hears from the own assistant the day after."""
    words = {"zh-hans": {"subject": "升级后关怀", "text": CARE_WORDS}}
    publish_template(SYSTEM, CARE, "升级后关怀", "task", "service", words, now=now)
    publish_sop(SYSTEM, CARE, "升级后关怀", FactFilter("tier.changed"), [], [Step(1, time(9), CARE, keep_days=2)], now=now)


def _announce(now: datetime, at: datetime) -> None:
    with transaction.atomic():
        for code, name, subject, text in WORDS:
            publish_template(SYSTEM, code, name, "inbox", "marketing", {"zh-hans": {"subject": subject, "text": text}}, now=now)
        arms = [ArmTerms(code, 5_000, at) for code, *_ in WORDS]
        terms = Terms("周末囤货日", _numbers()[BUYERS], arms, control_share=1_000, window_days=7)
        schedule_send(SYSTEM, draft_send(SYSTEM, terms, now=now, salt="demo"), now=now)


def _open_some(now: datetime) -> None:
    """Some members read what they found in their inbox, half a day later."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.unread, {"before": now - timedelta(hours=12), "limit": MAX_READ})
        unread = cursor.fetchall()
    for member, touch in unread:
        read_message(member, touch, now=now)


def _numbers() -> dict[str, int]:
    return {name: number for number, name in names().items()}
