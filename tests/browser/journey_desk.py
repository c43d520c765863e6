"""A journey that people have walked, and the editor as an operator uses it."""

import os
import re
from datetime import timedelta

from playwright.sync_api import expect

from .seed import seed

DEFINITION = {
    "trigger": {"kind": "fact", "fact": "pool.joined"},
    "entry": {"how": "once"},
    "exits": [{"kind": "fact", "fact": "order.refunded"}],
    "goal": {"fact": "order.paid", "within_days": 7, "ends": True},
    "first": "s1",
    "steps": {
        "s1": {"step": "touch", "template": "welcome", "next": {"next": "s2"}},
        "s2": {"step": "wait", "days": 2, "next": {"next": "s3"}},
        "s3": {"step": "branch", "ways": [{"name": "买过", "rule": {"condition": "did_fact", "fact": "order.paid"}}],
               "next": {"买过": "s4", "other": "s5"}},
        "s4": {"step": "reward", "reward": {"kind": "points", "amount": 100}, "next": {"next": "s6"}},
        "s5": {"step": "split", "arms": [{"name": "A", "weight": 4500}, {"name": "B", "weight": 4500}], "hold_out": 1000,
               "next": {"A": "s7", "B": "s8", "held_out": "s6"}},
        "s6": {"step": "end"},
        "s7": {"step": "touch", "template": "second", "next": {"next": "s6"}},
        "s8": {"step": "until_time", "at": "10:00", "weekdays": [6, 7], "next": {"next": "s7"}},
    },
}  # fmt: skip
WALKED = 30  # people who joined while the seeded journey ran


def seed_with_journeys() -> None:
    from siyu.audiences import services as audiences
    from siyu.facts.pump import pump
    from siyu.journeys import services
    from siyu.lib.clock import utc_now
    from siyu.merchant.rules import SYSTEM
    from siyu.touches.services import publish_template

    seed()
    now = utc_now() - timedelta(days=6)
    bought = {"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 365}}
    audiences.create(SYSTEM, "近一年买过", bought, now=now)
    for code, name in (("welcome", "欢迎加入"), ("second", "新客专享礼")):
        publish_template(SYSTEM, code, name, "inbox", "service", {"zh-hans": {"subject": name, "text": "你好"}}, now=now)
    pump(now)
    services.create(SYSTEM, "welcome", "入会欢迎", DEFINITION, now=now)
    services.publish(SYSTEM, "welcome", now=now)
    told = [(timedelta(hours=4 * place + 1), "pool.joined", place) for place in range(WALKED)]
    told += [(timedelta(hours=4 * place + 30), "order.paid", place) for place in range(9)]
    for since, name, place in sorted(told):
        tell(name, f"w{place}", now + since, **({"order_number": str(place)} if name == "order.paid" else {}))
    pump(utc_now())


def tell(name: str, who: str, at, **properties) -> None:
    """A fact comes and goes through the pump."""
    from siyu.facts.pump import pump
    from siyu.facts.rules import Handle, Incoming
    from siyu.facts.services import record

    paid = {"shop": "web", "amount_minor": 9_900, "currency": "CNY"} if name == "order.paid" else {}
    handles = [Handle("user_id", who)]
    fact = Incoming(name=name, occurred_at=at, message=f"{name} {who} {at}", handles=handles, properties={**paid, **properties})
    record([fact], source="web", received_at=at)
    pump(at)


def shot(page, name: str, width: str) -> None:
    """A picture for whoever asks for one (SIYU_SHOTS names a folder)."""
    if folder := os.environ.get("SIYU_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


class Desk:
    """The editor as an operator uses it."""

    def __init__(self, page):
        self.page = page
        self.canvas = page.locator('[data-journey="canvas"]')
        self.panel = page.locator('[data-journey="panel"]')
        expect(self.canvas).to_have_attribute("data-ready", "yes")

    def step(self, words: str):
        """A step on the canvas, by how its name begins for a screen reader."""
        return self.canvas.get_by_role("button", name=re.compile(f"^{re.escape(words)}"))

    def add(self, kind: str, title: str) -> None:
        """Add a step behind what is chosen; its form opens."""
        self.page.locator(f'[data-kind="{kind}"]').click()
        expect(self.panel.get_by_role("heading", name=title, exact=True)).to_be_visible()

    def saved(self) -> None:
        expect(self.page.locator('[data-journey="saved"]')).to_have_attribute("data-state", "saved")

    def definition(self, code: str) -> dict:
        from siyu.journeys import queries

        self.saved()
        return queries.definition(code)
