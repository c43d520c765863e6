"""What the assistants of the demo do with their tasks: most of them, and some of what they send is read."""

from datetime import timedelta

import pytest
from django.db.models import Count

from siyu.demo.automation import do_tasks, follow_links
from siyu.facts.pump import pump
from siyu.lib.web.keyset import Position
from siyu.merchant.rules import SYSTEM, Scope
from siyu.merchant.services import set_setting
from siyu.touches import queries, services
from siyu.touches.models import StaffTask
from siyu.touches.services import Wish, propose
from siyu.touches.tests import scene

pytestmark = pytest.mark.django_db


def test_most_tasks_are_done_some_are_not_and_every_other_that_was_sent_is_read() -> None:
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", scene.NOON.date(), now=scene.NOON)
    members = [scene.customer(f"m{place}", "ana") for place in range(10)]
    words = scene.template("task", "service", text="https://shop.example.com/benefits")
    propose([Wish(member, words.pk, f"k{member}", "sop:care", scene.NOON) for member in members], now=scene.NOON)
    services.open_tasks(scene.NOON)

    do_tasks(scene.NOON)
    follow_links(scene.NOON + timedelta(hours=1))
    follow_links(scene.NOON + timedelta(hours=2))  # nobody follows a link twice
    pump(scene.NOON + timedelta(hours=2))

    states = dict(StaffTask.objects.values_list("state").annotate(Count("pk")))
    assert states == {"done": 7, "skipped": 1, "open": 2}  # ten members in a row have every chance once
    found = queries.reads(Scope(), Position(limit=20), now=scene.NOON + timedelta(hours=3))
    assert len(found) == 4
    assert {one.followed for one in found} == {("https://shop.example.com/benefits",)}
