"""Each invariant of touches names the row that was corrupted, and it alone."""

from datetime import time

import pytest
from django.db import connection

from siyu.lib.sql import statements
from siyu.merchant.rules import SYSTEM
from siyu.touches import services
from siyu.touches.services import Wish, propose

from . import scene
from .scene import NOON
from .test_sends import drafted

pytestmark = pytest.mark.django_db

CORRUPTIONS = {
    "touch_has_its_reason": "UPDATE touches_touch SET status = 'refused', why = '' WHERE medium = 'email'",
    "touch_has_a_status": "UPDATE touches_touch SET status = 'lost' WHERE medium = 'email'",
    "touch_of_root_member": "UPDATE members_member SET merged_into_id = (SELECT max(id) FROM members_member)"
    " WHERE id = (SELECT member_id FROM touches_touch WHERE medium = 'email')",
    "no_orphan_touch": "UPDATE touches_touch SET medium = 'sms' WHERE medium = 'email'",
    "files_of_templates_are_kept": "UPDATE touches_template SET files = '[7]'",
    "inbox_of_a_sent_touch": "UPDATE touches_inboxmessage SET member_id = 0",
    "task_stands_as_its_touch": "UPDATE touches_stafftask SET state = 'skipped', closed_at = opened_at",
    "task_of_its_touchs_member": "UPDATE touches_stafftask SET member_id = 0",
    "task_says_who_closed_it": "UPDATE touches_stafftask SET closed_at = opened_at",
    "task_is_read_as_its_touch": "UPDATE touches_stafftask SET read_at = opened_at",
    "step_has_its_wish": "UPDATE touches_sopstand SET state = 'wished' WHERE day = 30",
    "step_of_root_member": "UPDATE members_member SET merged_into_id = (SELECT max(id) FROM members_member)"
    " WHERE id = (SELECT member_id FROM touches_sopstand LIMIT 1)",
    "send_counts_its_heads": "UPDATE touches_send SET size = 7",
    "send_has_its_state": "UPDATE touches_send SET started_at = NULL",
    "touch_of_a_send_has_its_head": "UPDATE touches_head SET arm = 1, member_id = 0",
}


@pytest.mark.parametrize("name", list(CORRUPTIONS))
def test_a_corrupted_row_is_named_by_its_invariant_alone(name: str) -> None:
    yue, lan = scene.person("yue"), scene.person("lan")
    drafted([scene.person("ben")])
    services.run_sends(NOON)
    wishes = [
        Wish(member, scene.template(medium).pk, f"{medium}:{member}", "news", NOON) for member, medium in ((yue, "email"), (lan, "inbox"))
    ]
    propose(wishes, now=NOON)
    services.post_inbox(NOON)
    stand()
    assert broken() == set()

    with connection.cursor() as cursor:
        cursor.execute(CORRUPTIONS[name])

    assert broken() == {name}


def stand() -> None:
    """Somebody else has an open staff task, and another one a step of a standing order to come."""
    mei, zoe = scene.customer("mei", "ana"), scene.customer("zoe", "ana")
    template = scene.template("task")
    propose([Wish(mei, template.pk, "mei", "news", NOON)], now=NOON)
    services.open_tasks(NOON)
    services.publish_sop(
        SYSTEM, "sop", "Sop", services.FactFilter("friend.added"), [], [services.Step(30, time(10), template.code)], now=NOON
    )
    scene.happens("friend.added", "zoe", NOON)
    assert zoe != mei


def broken() -> set[str]:
    with connection.cursor() as cursor:
        found = set()
        for name, statement in vars(statements("siyu.touches", "verify")).items():
            cursor.execute(statement)
            if cursor.fetchone():
                found.add(name)
    return found
