"""Programs draft and steer sends, do staff tasks and read a member's outbox and inbox; what is asked twice is done once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.merchant.queries import today
from siyu.merchant.rules import PERMISSIONS_KNOWN, SYSTEM
from siyu.merchant.services import create_key, set_setting
from siyu.touches import services
from siyu.touches.models import Asked, Send, StaffTask
from siyu.touches.services import Wish, propose
from siyu.touches.services.once import ONCE_DAYS
from siyu.touches.tasks import keep_staff_tasks, walk_sends

from . import scene
from .scene import hours
from .test_sends import audience

pytestmark = pytest.mark.django_db
BASE = "/api/v1/touches"


def caller(*scopes: str) -> Client:
    plain = create_key(SYSTEM, "api", f"shop{len(scopes)}", scopes=list(scopes or PERMISSIONS_KNOWN))
    return Client(headers={"Authorization": f"Bearer {plain}"})


def post(client: Client, path: str, body: dict | None = None, key: str = "k1") -> tuple[int, Any]:
    answer = client.post(BASE + path, body or {}, content_type="application/json", headers={"Idempotency-Key": key})
    return answer.status_code, answer.json()


def get(client: Client, path: str, **asked: Any) -> Any:
    answer = client.get(BASE + path, asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def public_id(member: int) -> str:
    return scene.rows("SELECT public_id FROM members_member WHERE id = %s", [member])[0][0]


@pytest.fixture(autouse=True)
def awake() -> None:
    """No quiet hours: these tests live now."""
    set_setting(SYSTEM, "touches.quiet_hours", {}, today(utc_now()), now=utc_now())


def draft(members: list[int], **more: Any) -> dict[str, Any]:
    template = scene.template("inbox", text="Hi", subject="Hi")
    arms = [{"template": template.code, "at": utc_now().isoformat()}]
    return {"name": "Sale", "audience": audience(members), "arms": arms, **more}


def test_a_program_drafts_a_send_once_lets_it_run_and_reads_the_report() -> None:
    shop, body = caller(), draft([scene.person("yue"), scene.person("lan", agrees=False)])

    made, again = post(shop, "/sends", body)[1], post(shop, "/sends", body)[1]
    other = post(shop, "/sends", body | {"name": "Other"})
    scheduled, twice = post(shop, f"/sends/{made['id']}/schedule", key="s"), post(shop, f"/sends/{made['id']}/schedule", key="s")
    walk_sends(utc_now())
    services.post_inbox(utc_now())
    report = get(shop, f"/sends/{made['id']}")

    assert (made["status"], again["id"], Send.objects.count()) == ("draft", made["id"], 1)
    assert (other[0], other[1]["code"]) == (409, "key.reused")
    assert (scheduled[1]["send"]["status"], twice[0]) == ("scheduled", 200)
    assert (report["send"]["status"], report["send"]["size"], report["planned"], report["sent"]) == ("done", 2, 1, 1)
    assert report["refused"] == {"consent.missing": 1}
    assert sum(sum(line["heads"]) for line in report["lines"]) == 2
    assert [one["id"] for one in get(shop, "/sends")["sends"]] == [made["id"]]


def test_a_send_is_paused_resumed_and_cancelled_and_refused_steps_leave_their_keys_unused() -> None:
    shop = caller()
    number = post(shop, "/sends", draft([]))[1]["id"]

    early = post(shop, f"/sends/{number}/pause", key="p")
    post(shop, f"/sends/{number}/schedule", key="s")
    steps = [post(shop, f"/sends/{number}/{step}", key=step[0])[1]["send"]["status"] for step in ("pause", "resume", "cancel")]
    over = post(shop, f"/sends/{number}/resume", key="late")

    assert (early[0], early[1]["code"]) == (409, "send.state")
    assert steps == ["paused", "scheduled", "cancelled"]
    assert (over[0], over[1]["code"]) == (409, "send.state")
    assert post(shop, "/sends/999999/pause", key="none")[0] == 404
    assert not Asked.objects.filter(key__endswith=":late").exists()


def test_a_program_takes_a_send_back_and_writes_it_anew() -> None:
    shop, body = caller(), draft([])
    body["arms"][0]["at"] = (utc_now() + timedelta(days=1)).isoformat()
    number = post(shop, "/sends", body)[1]["id"]

    def written(name: str, key: str, of: int = number) -> tuple[int, Any]:
        answer = shop.put(f"{BASE}/sends/{of}", body | {"name": name}, content_type="application/json", headers={"Idempotency-Key": key})
        return answer.status_code, answer.json()

    post(shop, f"/sends/{number}/schedule", key="s")
    waiting = written("Late", "r1")
    back = post(shop, f"/sends/{number}/unschedule", key="u")[1]["send"]["status"]
    anew, again, nobodys = written("Spring sale", "r1"), written("Spring sale", "r1"), written("x", "r2", number + 9)

    assert (waiting[0], waiting[1]["code"], back) == (409, "send.state", "draft")
    assert (anew[0], anew[1]["name"], again[0], nobodys[0]) == (200, "Spring sale", 200, 404)
    assert Send.objects.count() == 1


def test_sends_come_page_by_page() -> None:
    shop, body = caller(), draft([])
    made = [post(shop, "/sends", body, key=f"k{place}")[1]["id"] for place in range(3)]

    first = get(shop, "/sends", limit=2)
    second = get(shop, "/sends", limit=2, cursor=first["next"])

    assert [one["id"] for one in first["sends"] + second["sends"]] == made[::-1]
    assert (bool(first["next"]), second["next"]) == (True, "")
    assert shop.get(f"{BASE}/sends", {"cursor": "forged"}).json()["code"] == "page.cursor"


def test_staff_tasks_are_listed_by_assistant_finished_and_skipped() -> None:
    shop, now = caller(), utc_now()
    template = scene.template("task", text="Hello {{ member.name }}")
    people = [scene.customer(who, of) for who, of in (("yue", "ana"), ("lan", "ana"), ("mei", "bea"))]
    propose([Wish(member, template.pk, f"task:{member}", "send:1", now) for member in people], now=now)
    keep_staff_tasks(now)
    ana = scene.assistant("ana").pk

    listed = get(shop, "/tasks", assistant=ana)["tasks"]
    yue = next(one["id"] for one in listed if one["text"] == "Hello Yue")
    lan = next(one["id"] for one in listed if one["text"] == "Hello Lan")
    done = [post(shop, f"/tasks/{yue}/finish", {"result": "answered"}, key="f") for _ in range(2)]
    other = post(shop, f"/tasks/{yue}/finish", {"result": "sent"}, key="f")
    skipped = post(shop, f"/tasks/{lan}/skip", {"because": "no_more"}, key="g")
    pump(now + hours(1))

    assert len(listed) == 2
    assert [(status, told["state"]) for status, told in done] == [(200, "done")] * 2
    assert (other[0], other[1]["code"]) == (409, "key.reused")
    assert (skipped[1]["state"], get(shop, "/tasks", assistant=ana)["tasks"]) == ("skipped", [])
    assert StaffTask.objects.get(touch_id=yue).result == "answered"
    assert scene.rows("SELECT channel, is_given FROM members_consent ORDER BY occurred_at DESC LIMIT 1") == [("wecom", False)]
    assert post(shop, f"/tasks/{lan}/finish", {}, key="h")[1]["code"] == "task.closed"


def test_a_members_outbox_and_inbox_and_an_opened_message_counts_once() -> None:
    shop, now = caller(), utc_now()
    yue, lan = scene.person("yue"), scene.person("lan", agrees=False)
    template = scene.template("inbox", text="Dear {{ member.name }}")
    propose([Wish(member, template.pk, f"in:{member}", "send:1", now) for member in (yue, lan)], now=now)
    services.post_inbox(now)

    before = get(shop, f"/members/{public_id(yue)}/inbox")
    message = before["messages"][0]
    read = [shop.post(f"{BASE}/members/{public_id(yue)}/inbox/{message['id']}/read").status_code for _ in range(2)]
    strange = shop.post(f"{BASE}/members/{public_id(lan)}/inbox/{message['id']}/read")
    pump(now + timedelta(hours=1))

    assert (before["unread"], message["text"], message["read_at"]) == (1, "Dear Yue", None)
    assert (read, strange.status_code, strange.json()["code"]) == ([200, 200], 404, "message.unknown")
    assert get(shop, f"/members/{public_id(yue)}/inbox")["unread"] == 0
    assert scene.rows("SELECT count(*) FROM facts_log WHERE name = 'touch.opened'") == [(1,)]
    assert get(shop, f"/members/{public_id(yue)}/outbox")["touches"][0]["opened_at"] is not None
    assert get(shop, f"/members/{public_id(lan)}/outbox")["touches"][0]["why"] == "consent.missing"


def test_a_key_does_what_its_scopes_say() -> None:
    reader, staff = caller("touches.view"), caller("tasks.do", "members.view")

    assert [post(reader, "/sends", draft([]))[0], reader.get(f"{BASE}/tasks").status_code] == [403, 403]
    assert [reader.get(f"{BASE}/templates").status_code, staff.get(f"{BASE}/tasks").status_code] == [200, 200]
    assert staff.get(f"{BASE}/sends").status_code == 403


def test_keys_are_forgotten_after_a_while() -> None:
    post(caller(), "/sends", draft([]))

    services.forget_keys(utc_now() + timedelta(days=ONCE_DAYS - 1))
    kept = Asked.objects.count()
    services.forget_keys(utc_now() + timedelta(days=ONCE_DAYS + 1))

    assert (kept, Asked.objects.count()) == (1, 0)


def test_a_program_publishes_a_standing_order_that_begins_where_properties_hold() -> None:
    client, code = caller(), scene.template("task", text="Hi").code
    where = {"property": "audience", "op": "eq", "value": 7}
    body: dict[str, Any] = {"code": "vip", "name": "VIP", "starts": {"fact": "audience.entered", "where": where}}
    body["steps"] = [{"day": 1, "at": "10:00", "template": code}]
    ends = {"exits": [{"fact": "audience.left", "where": where}, {"fact": "friend.removed"}]}

    first, again = post(client, "/standing-orders", body), post(client, "/standing-orders", body)
    second = post(client, "/standing-orders", body | ends, "k2")
    wrong = post(client, "/standing-orders", body | {"exits": [{"fact": "order.paid", "where": {"op": "eq"}}]}, "k3")
    there = post(client, "/standing-orders", body | {"is_new": True}, "k4")

    assert (first[0], first) == (200, again)
    assert (first[1]["version"], first[1]["starts"]["where"], first[1]["exits"]) == (1, where, [])
    assert (second[1]["version"], second[1]["exits"][1]) == (2, {"fact": "friend.removed", "where": {}})
    assert (wrong[0], wrong[1]["code"]) == (409, "sop.where")
    assert "order.paid: " in wrong[1]["message"]
    assert there[1]["code"] == "sop.exists"
    assert get(client, "/standing-orders/vip") == second[1]
    assert [one["version"] for one in get(client, "/standing-orders")] == [2]
    assert post(client, "/standing-orders/vip/archive", key="k5")[1]["is_archived"]
    assert get(client, "/standing-orders") == []
    assert client.get(f"{BASE}/standing-orders/nope").json()["code"] == "sop.unknown"
    assert post(caller("touches.view"), "/standing-orders", body, "k6")[0] == 403
