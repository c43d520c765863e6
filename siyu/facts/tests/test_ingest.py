"""The ingest endpoint keeps Segment's contract line by line; 200 means that the message is in the inbox, durably."""

import asyncio
import gzip
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import psycopg
import pytest

from siyu.facts.ingest import Ingest, door
from siyu.facts.ingest import flusher as flushing
from siyu.facts.ingest import keys as key_list
from siyu.facts.ingest.door import conninfo
from siyu.facts.segment import MAX_BODY, MAX_MESSAGE, MAX_MESSAGES, decode
from siyu.lib.crypto import decrypt
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import create_key, revoke_key

TRACK = {"type": "track", "event": "Signed Up", "userId": "u1", "messageId": "m1"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    said: Any


class Sender:
    """Posts to an endpoint in this process, as a server would hand requests over."""

    def __init__(self, ingest: Ingest, key: str) -> None:
        self.ingest = ingest
        self.key = key

    async def post(self, path: str, body: Any, *, key: str | None = "", method: str = "POST", pieces: int = 1, **headers: str) -> Answer:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        if key is not None:
            headers.setdefault("authorization", "Basic " + b64encode(f"{key or self.key}:".encode()).decode())
        step = max(1, -(-len(payload) // pieces))
        chunks = [payload[at : at + step] for at in range(0, len(payload), step)] or [b""]
        events = [{"type": "http.request", "body": chunk, "more_body": n < len(chunks) - 1} for n, chunk in enumerate(chunks)]
        sent: list[dict] = []

        async def receive() -> dict:
            return events.pop(0)

        async def send(event: Any) -> None:
            sent.append(event)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await self.ingest({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
        text = sent[1]["body"]
        named = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        assert named["content-length"] == str(len(text))
        return Answer(sent[0]["status"], named, json.loads(text) if text else None)


@pytest.fixture
def key(clone: str) -> str:
    return create_key(SYSTEM, "write", "web shop", source="web")


def drive(key: str, story: Callable[[Sender], Awaitable[Any]], **options: Any) -> Any:
    async def run() -> Any:
        ingest = Ingest(conninfo())
        for name, value in options.items():
            setattr(ingest.flusher, name, value)
        try:
            return await story(Sender(ingest, key))
        finally:
            await ingest.close()

    return asyncio.run(run())


def inbox(owner: psycopg.Connection) -> list[tuple[int, list[dict], str]]:
    """Each envelope: how many messages, which, and the type its endpoint gave."""
    rows = owner.execute("SELECT messages, payload FROM facts_inbox WHERE form = 's' ORDER BY id").fetchall()
    bodies = [(count, decode(decrypt(payload))) for count, payload in rows]
    return [(count, [json.loads(bytes(raw)) for raw in body.batch], body.type) for count, body in bodies]


def test_a_batch_is_in_the_inbox_when_it_is_answered(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> None:
        answer = await sender.post("/v1/batch", {"batch": [TRACK, {**TRACK, "messageId": "m2"}], "sentAt": "2026-11-21T20:23:00Z"})
        assert (answer.status, answer.said) == (200, {"success": True})
        [(count, messages, type_)] = inbox(owner)
        assert (count, [m["messageId"] for m in messages], type_) == (2, ["m1", "m2"], "")

    drive(key, story)
    row = owner.execute("SELECT i.payload, s.name, i.done FROM facts_inbox AS i JOIN facts_source AS s ON s.id = i.source_id").fetchone()
    assert row[1:] == ("web", 0)
    assert b"Signed Up" not in row[0]


@pytest.mark.parametrize("name", ["identify", "track", "page", "screen", "group", "alias"])
def test_each_type_has_its_address_with_and_without_a_slash_and_as_a_letter(name: str, key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> list[int]:
        return [(await sender.post(f"/v1/{end}", TRACK)).status for end in (name, f"{name}/", name[0], f"{name[0]}/")]

    assert drive(key, story) == [200] * 4
    assert inbox(owner) == [(1, [TRACK], name)] * 4


def test_the_browser_sends_plain_text_to_a_single_letter_with_the_key_in_its_body(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> list[Answer]:
        return [
            await sender.post("/v1/t", {**TRACK, "writeKey": key}, key=None, content_type="text/plain"),
            await sender.post("/v1/b/", {"batch": [TRACK], "writeKey": key}, key=None, content_type="text/plain"),
        ]

    answers = drive(key, story)
    assert [answer.status for answer in answers] == [200, 200]
    assert all(answer.headers["access-control-allow-origin"] == "*" for answer in answers)
    assert [count for count, _, _ in inbox(owner)] == [1, 1]


def test_any_one_form_of_the_key_is_enough(key: str):
    def basic(text: str) -> str:
        return "Basic " + b64encode(text.encode()).decode()

    async def story(sender: Sender) -> list[int]:
        with_key = {"batch": [TRACK], "writeKey": key}
        without = {"batch": [TRACK]}
        return [
            (await sender.post("/v1/batch", without, authorization=basic(f"{key}:"))).status,
            (await sender.post("/v1/batch", without, authorization=basic(key))).status,
            (await sender.post("/v1/batch", with_key, key=None)).status,
            (await sender.post("/v1/batch", with_key, authorization="Bearer some-token")).status,
            (await sender.post("/v1/batch", with_key, authorization=basic("another:"))).status,
            (await sender.post("/v1/batch", with_key, authorization="Basic ###")).status,
        ]

    assert drive(key, story) == [200] * 6


def test_a_key_that_is_missing_or_unknown_is_told_so_as_an_object(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> list[Answer]:
        return [
            await sender.post("/v1/batch", {"batch": [TRACK]}, key=None),
            await sender.post("/v1/batch", {"batch": [TRACK], "writeKey": None}, key=None),
            await sender.post("/v1/batch", {"batch": [TRACK]}, key="wk_unknown"),
        ]

    answers = drive(key, story)
    assert [(answer.status, answer.said["code"]) for answer in answers] == [
        (401, "key.missing"),
        (401, "key.missing"),
        (401, "key.unknown"),
    ]
    assert all(set(answer.said) == {"code", "message"} for answer in answers)
    assert inbox(owner) == []


def test_a_new_key_works_and_a_revoked_one_stops_within_seconds(key: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(key_list, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(key_list, "FRESH_SECONDS", 0.2)

    async def story(sender: Sender) -> list[int]:
        statuses = [(await sender.post("/v1/batch", {"batch": [TRACK]})).status]
        fresh = await asyncio.to_thread(create_key, SYSTEM, "write", "new")
        statuses.append((await sender.post("/v1/batch", {"batch": [TRACK]}, key=fresh)).status)
        await asyncio.to_thread(_revoke, "web shop")
        await asyncio.sleep(0.25)
        statuses.append((await sender.post("/v1/batch", {"batch": [TRACK]})).status)
        return statuses

    assert drive(key, story) == [200, 200, 401]


def _revoke(name: str) -> None:
    from siyu.merchant.models import Key

    revoke_key(SYSTEM, Key.objects.get(name=name).pk)


def test_gzip_is_read_and_a_bomb_is_not(key: str, owner: psycopg.Connection):
    packed = gzip.compress(json.dumps({"batch": [TRACK]}).encode())

    async def story(sender: Sender) -> list[tuple[int, str]]:
        answers = [
            await sender.post("/v1/batch", packed, content_encoding="gzip"),
            await sender.post("/v1/batch", gzip.compress(b" " * (50 << 20)), content_encoding="gzip"),
            await sender.post("/v1/batch", b"nonsense", content_encoding="gzip"),
            await sender.post("/v1/batch", packed[:-9], content_encoding="gzip"),
            await sender.post("/v1/batch", packed, content_encoding="br"),
        ]
        return [(answer.status, answer.said.get("code", "")) for answer in answers]

    assert drive(key, story) == [
        (200, ""),
        (400, "body.too_large"),
        (400, "encoding.invalid"),
        (400, "encoding.invalid"),
        (400, "encoding.unsupported"),
    ]
    assert inbox(owner) == [(1, [TRACK], "")]


def padded(size: int) -> bytes:
    """A track message of exactly so many bytes."""
    bare = len(json.dumps({**TRACK, "properties": {"pad": ""}}).encode())
    return json.dumps({**TRACK, "properties": {"pad": "x" * (size - bare)}}).encode()


def test_sizes_count_unpacked_and_are_refused_with_400(key: str):
    small = b'{"batch":[%b]}' % b",".join([padded(20_000)] * 25)

    async def story(sender: Sender) -> list[int]:
        return [
            (await sender.post("/v1/track", padded(MAX_MESSAGE))).status,
            (await sender.post("/v1/track", padded(MAX_MESSAGE + 1))).status,
            (await sender.post("/v1/track", gzip.compress(padded(MAX_MESSAGE + 1)), content_encoding="gzip")).status,
            (await sender.post("/v1/batch", small + b" " * (MAX_BODY - len(small)), pieces=7)).status,
            (await sender.post("/v1/batch", small + b" " * (MAX_BODY - len(small) + 1), pieces=7)).status,
            (await sender.post("/v1/batch", b"x" * (40 * MAX_BODY), pieces=80)).status,
        ]

    assert drive(key, story) == [200, 400, 400, 200, 400, 400]


def test_a_message_over_its_size_is_no_reason_to_refuse_its_batch(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> int:
        return (await sender.post("/v1/batch", b'{"batch":[%b,%b]}' % (padded(MAX_MESSAGE + 1), padded(200)))).status

    assert drive(key, story) == 200
    assert [count for count, _, _ in inbox(owner)] == [2]


def test_surplus_messages_are_answered_200_and_absurdly_many_are_not(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> list[int]:
        return [(await sender.post("/v1/batch", {"batch": [{}] * count})).status for count in (MAX_MESSAGES + 1, 4 * MAX_MESSAGES + 1)]

    assert drive(key, story) == [200, 400]
    assert [count for count, _, _ in inbox(owner)] == [MAX_MESSAGES + 1]


def test_messages_rejected_later_are_answered_200(key: str):
    bad = [{"type": "dance"}, {}, {"type": "track", "userId": "u"}, 7, None]

    async def story(sender: Sender) -> list[int]:
        return [(await sender.post("/v1/batch", {"batch": bad})).status, (await sender.post("/v1/track", {})).status]

    assert drive(key, story) == [200, 200]


@pytest.mark.parametrize(
    ("body", "code"), [(b"", "json.invalid"), (b'{"batch":[', "json.invalid"), (b"[]", "body.invalid"), (b"{}", "body.invalid")]
)
def test_what_is_no_json_is_refused_with_400(body: bytes, code: str, key: str):
    async def story(sender: Sender) -> Answer:
        return await sender.post("/v1/batch", body)

    answer = drive(key, story)
    assert (answer.status, answer.said["code"]) == (400, code)
    assert isinstance(answer.said["message"], str)


def test_other_methods_and_addresses_are_refused_and_never_redirected(key: str):
    async def story(sender: Sender) -> list[Answer]:
        return [
            await sender.post("/v1/batch", b"", method="GET"),
            await sender.post("/v1/batch", b"", method="DELETE"),
            await sender.post("/v1/nothing", b""),
            await sender.post("/v1//batch", b""),
        ]

    answers = drive(key, story)
    assert [answer.status for answer in answers] == [405, 405, 404, 404]
    assert answers[0].headers["allow"] == "POST, OPTIONS"


def test_a_browser_may_ask_first(key: str):
    async def story(sender: Sender) -> Answer:
        return await sender.post("/v1/t", b"", method="OPTIONS", key=None, origin="https://shop.example")

    answer = drive(key, story)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert {"authorization", "content-type"} <= set(answer.headers["access-control-allow-headers"].split(", "))


def test_requests_that_come_together_share_a_commit(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> int:
        await sender.post("/v1/track", TRACK)
        before = sender.ingest.flusher.flushes
        answers = await asyncio.gather(*(sender.post("/v1/track", {**TRACK, "messageId": str(n)}) for n in range(50)))
        assert {answer.status for answer in answers} == {200}
        return sender.ingest.flusher.flushes - before

    assert drive(key, story) <= 3
    assert len(inbox(owner)) == 51


def test_a_full_inbox_asks_senders_to_wait_until_it_is_shorter(key: str, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flushing, "LOOK_SECONDS", 0.05)

    async def post_until(sender: Sender, status: int) -> Answer:
        for _ in range(200):
            answer = await sender.post("/v1/track", TRACK)
            if answer.status == status:
                return answer
            await asyncio.sleep(0.02)
        raise AssertionError(f"never {status}")

    async def story(sender: Sender) -> Answer:
        refused = await post_until(sender, 503)
        assert len(inbox(owner)) >= 3
        for _ in range(3):
            await asyncio.sleep(0.1)
            assert (await sender.post("/v1/track", TRACK)).status == 503
        owner.execute("DELETE FROM facts_inbox")
        await post_until(sender, 200)
        return refused

    answer = drive(key, story, max_envelopes=3)
    assert (answer.said["code"], answer.headers["retry-after"]) == ("inbox.full", "5")


def test_too_many_bytes_at_once_ask_senders_to_wait_and_all_are_given_back(key: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flushing, "MAX_BYTES", 1000)

    async def story(sender: Sender) -> tuple[list[int], int]:
        answers = await asyncio.gather(*(sender.post("/v1/track", padded(300)) for _ in range(5)))
        return sorted(answer.status for answer in answers), sender.ingest.flusher.bytes

    assert drive(key, story) == ([200, 200, 200, 503, 503], 0)


def test_a_lost_database_is_503_and_nothing_acknowledged_is_lost(key: str, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flushing, "_BACK_OFF", (0.1, 0.1))
    acknowledged: list[str] = []

    async def story(sender: Sender) -> set[int]:
        statuses = set()
        for number in range(60):
            if number in (10, 30):
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            message = {**TRACK, "messageId": str(number)}
            for _ in range(20):
                answer = await sender.post("/v1/track", message)
                statuses.add(answer.status)
                if answer.status == 200:
                    acknowledged.append(message["messageId"])
                    break
                assert answer.headers["retry-after"] == "1"
                await asyncio.sleep(0.05)
        return statuses

    assert drive(key, story) == {200, 503}
    assert len(acknowledged) == 60
    stored = [message["messageId"] for _, messages, _ in inbox(owner) for message in messages]
    assert set(stored) == set(acknowledged)


def test_a_database_that_never_answers_is_503_and_counts_no_bytes(key: str):
    async def story() -> tuple[list[int], int]:
        ingest = Ingest(conninfo() + " port=1")
        sender = Sender(ingest, key)
        statuses = [(await sender.post("/v1/track", TRACK)).status for _ in range(3)]
        held = ingest.flusher.bytes
        await ingest.close()
        return statuses, held

    assert asyncio.run(story()) == ([503, 503, 503], 0)


def test_closing_commits_what_waits_and_refuses_newcomers(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> list[int]:
        await sender.post("/v1/track", TRACK)
        waiting = [asyncio.create_task(sender.post("/v1/track", TRACK)) for _ in range(5)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(sender.ingest.close())
        answers = await asyncio.gather(*waiting)
        await closing
        return [*(answer.status for answer in answers), (await sender.post("/v1/track", TRACK)).status]

    statuses = drive(key, story)
    assert statuses[-1] == 503
    assert len(inbox(owner)) == 1 + statuses[:-1].count(200)


def test_a_sender_who_hangs_up_leaves_nothing_behind(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> int:
        events = [{"type": "http.request", "body": b'{"batch":', "more_body": True}, {"type": "http.disconnect"}]

        async def receive() -> dict:
            return events.pop(0)

        async def send(event: Any) -> None:
            raise AssertionError("nobody listens")

        await sender.ingest({"type": "http", "method": "POST", "path": "/v1/batch", "headers": []}, receive, send)
        return sender.ingest.flusher.bytes

    assert drive(key, story) == 0
    assert inbox(owner) == []


def test_a_slow_body_is_given_up(key: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(door, "READ_SECONDS", 0.05)
    sent: list[dict] = []

    async def story(sender: Sender) -> None:
        async def receive() -> dict:
            await asyncio.sleep(5)
            return {}

        async def send(event: Any) -> None:
            sent.append(event)

        await sender.ingest({"type": "http", "method": "POST", "path": "/v1/batch", "headers": []}, receive, send)

    drive(key, story)
    assert sent[0]["status"] == 408


def test_the_day_of_a_keys_use_is_remembered(key: str, owner: psycopg.Connection):
    async def story(sender: Sender) -> None:
        await sender.post("/v1/track", TRACK)

    drive(key, story)
    assert owner.execute("SELECT last_used_day IS NOT NULL FROM merchant_key WHERE name = 'web shop'").fetchone() == (True,)
