"""The health check tells live from down, and which part it is."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from django.db import connection

from siyu.operate import health
from siyu.operate.health import judge

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ask(method="GET"):
    """The answer of the ASGI application: status, headers and body."""
    sent = []

    async def send(message):
        sent.append(message)

    health._last = None
    asyncio.run(health.application({"type": "http", "method": method, "path": "/healthz"}, None, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_a_worker_without_a_sign_of_life_is_down():
    assert not judge(NOW, None, "").is_live
    assert judge(NOW, NOW - timedelta(seconds=29), "").is_live
    assert judge(NOW, NOW - timedelta(seconds=30), "").worker == "silent"


def test_a_stopped_pump_is_told_while_its_worker_lives():
    stopped = judge(NOW, NOW, "pump.program")

    assert stopped.is_live
    assert stopped.pump == "stopped: pump.program"


def test_it_answers_200_while_all_parts_live(clone):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facts_pump SET beat_at = clock_timestamp()")

    status, headers, body = ask()

    assert status == 200
    assert json.loads(body) == {"status": "live", "web": "live", "database": "live", "worker": "live", "pump": "live"}
    assert headers[b"cache-control"] == b"no-store"


def test_it_answers_503_without_a_worker(clone):
    status, _, body = ask()

    assert status == 503
    assert json.loads(body)["worker"] == "never started"


def test_it_answers_503_without_a_database(clone):
    connection.close()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "gone"
    try:
        status, _, body = ask()
    finally:
        connection.settings_dict["NAME"] = name

    assert status == 503
    assert json.loads(body)["database"] == "unreachable"


def test_head_has_no_body(clone):
    assert ask("HEAD")[2] == b""
