"""Quarantine and imports as pages: who may look, repair, upload; and that nothing personal shows."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from siyu.facts import pump, quarantine
from siyu.facts.holding import hold
from siyu.facts.imports import jobs, queries, uploads
from siyu.facts.rules import FactError, Handle, Incoming
from siyu.facts.services import record

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
PHONE = "+8613800138000"


def visitor(role: str = "owner", language: str = "en") -> Client:
    people = apps.get_model("merchant.Staff").objects
    client = Client()
    client.force_login(people.create(username=f"{role}{people.count()}", name="Lin", role=role, reach="all", language=language))
    return client


def audited(verb: str) -> int:
    return apps.get_model("merchant.Audit").objects.filter(verb=verb).count()


@pytest.fixture
def refused():
    """One order in another currency and one without a number."""
    common = {"occurred_at": NOW, "handles": [Handle("phone", PHONE)]}
    record(
        [
            Incoming(
                name="order.paid",
                message="1",
                properties={"shop": "web", "order_number": "1", "currency": "XAU", "receiver_phone": PHONE},
                **common,
            ),
            Incoming(name="order.paid", message="2", properties={"shop": "web"}, **common),
        ],
        source="web",
        received_at=NOW,
    )
    assert pump.pump(NOW).quarantined == 2
    return {row.code: row.id for row in quarantine.held(_start())}


def _start():
    from siyu.lib.web.keyset import Position

    return Position()


def test_messages_stand_by_reason_and_are_narrowed_to_one(refused):
    client = visitor()
    page = client.get("/quarantine").content.decode()
    assert "currency.other" in page
    assert "property.missing" in page
    one = client.get("/quarantine?code=currency.other").content.decode()
    assert one.count('name="message"') == 1


def test_due_work_that_was_set_aside_says_whose_it_is_and_is_tried_again_when_asked_for():
    with connection.cursor() as cursor:
        hold(cursor.cursor, "loyalty", 7, FactError("test.failed", "the lot is too large"), NOW)
    number = quarantine.held(_start())[0].id
    client = visitor(language="zh-hans")

    assert "会员 7 的到期事项（loyalty）" in client.get("/quarantine").content.decode()
    assert "下次重试" in client.get(f"/quarantine/{number}").content.decode()

    client.post("/quarantine/replay", {"message": number})
    assert quarantine.held(_start())[0].again_at is None
    pump.pump(NOW)
    assert quarantine.held(_start()) == []


def test_the_payload_shows_masked_to_who_repairs_and_is_audited(refused):
    number = refused["currency.other"]
    page = visitor().post(f"/quarantine/{number}/payload").content.decode()
    assert "XAU" in page
    assert "13800138000" not in page
    assert "****8000" in page
    assert audited("quarantine.read") == 1
    analyst = visitor("analyst")
    assert analyst.get(f"/quarantine/{number}").status_code == 200
    assert analyst.post(f"/quarantine/{number}/payload").status_code == 403


def test_a_segment_message_is_masked_too():
    from siyu.facts.personal import masked

    said = {"batch": [{"userId": "u-12345", "traits": {"name": "林小月", "phone": PHONE}, "properties": {"mail": "a@b.cn", "size": "XL"}}]}
    shown = masked(said)["batch"][0]
    assert shown["userId"] == "u******"
    assert shown["traits"]["name"] == "林**"
    assert shown["properties"]["size"] == "XL"
    assert "a@b.cn" not in str(shown)


def test_messages_are_replayed_and_dismissed_with_a_reason(refused):
    client = visitor()
    assert client.post("/quarantine/replay", {"message": [refused["currency.other"]]}).status_code == 302
    assert pump.pump(NOW).quarantined == 1  # it is still in another currency
    asked = client.post("/quarantine/dismiss", {"all": "property.missing"})
    assert "Set 1 message aside" in asked.content.decode()
    assert client.post("/quarantine/dismiss", {"all": "property.missing", "because": ""}).status_code == 200
    assert client.post("/quarantine/dismiss", {"all": "property.missing", "because": "a test shop"}).status_code == 302
    assert [group.code for group in quarantine.groups()] == ["currency.other"]
    assert visitor("analyst").post("/quarantine/replay", {"message": ["1"]}).status_code == 403


@pytest.mark.parametrize("path", ["/quarantine/replay", "/quarantine/dismiss"])
def test_nothing_chosen_is_said(refused, path):
    client = visitor()
    assert "choose at least one message" in client.post(path, {}, follow=True).content.decode()


def test_a_stopped_pump_goes_on_by_the_button():
    apps.get_model("facts.PumpState").objects.update(stopped_at=NOW, stopped_code="pump.program", stopped_because="no such column")
    client = visitor()
    page = client.get("/quarantine").content.decode()
    assert "no such column" in page
    assert "Resume" in page
    assert "Resume" not in visitor("analyst").get("/quarantine").content.decode()
    client.post("/quarantine/resume")
    assert quarantine.pump_view().stopped_code == ""
    assert audited("pump.resumed") == 1


HEADER = "订单号,付款时间,手机号,商品编码,商品名称,数量,单价\n"
GOOD = "".join(f"A{number},2026-05-01 10:00,1380013{number:04d},T1,茶,2,10.00\n" for number in range(3))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Uploads of the test's own."""
    monkeypatch.setattr(uploads, "home", lambda: tmp_path)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's transaction lives on its one connection
    return tmp_path


def uploaded(client: Client, content: bytes, name: str = "订单.csv", kind: str = "orders") -> str:
    response = client.post("/imports/new", {"file": SimpleUploadedFile(name, content), "kind": kind})
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def chosen(key: str, verb: str, **more: str) -> dict[str, str]:
    """The form as the page shows it: every column on the field that was guessed."""
    shown = uploads.preview(uploads.find(key))
    columns = {f"column-{place}": shown.fields.get(column, "") for place, column in enumerate(shown.columns)}
    return {"kind": "orders", "verb": verb, **columns, **more}


def test_a_file_is_looked_at_tried_and_started(home, monkeypatch):
    monkeypatch.setattr("siyu.facts.imports.services.make_partitions", lambda *_days: 0)
    client = visitor()
    url = uploaded(client, (HEADER + GOOD + "A9,bad,13800138000,T1,茶,2,10\n").encode("gbk"))
    key = url.rsplit("/", 1)[1]
    page = client.get(url).content.decode()
    assert "gb18030" in page
    assert '<option value="order_number" selected' in page
    assert client.post(url, chosen(key, "try")).status_code == 302
    assert 'hx-trigger="every 1s"' in client.get(f"{url}/progress").content.decode()
    jobs.perform(key)
    assert client.get(f"{url}/progress")["HX-Refresh"] == "true"
    assert "Dry run: what would happen" in client.get(url).content.decode()
    assert queries.imports() == []

    client.post(url, chosen(key, "start"))
    jobs.perform(key)
    (done,) = queries.imports()
    assert (done.rows, done.facts, done.rejected, done.status) == (4, 3, 1, "done")
    assert not uploads.find(key).has_file
    assert "date.invalid" in client.get(f"/imports/{done.id}").content.decode()
    lines = b"".join(client.get(f"/imports/{done.id}/rejected").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "row,code,because,line"
    assert len(lines) == 2


def test_a_column_put_on_another_field_is_read_as_that(home):
    client = visitor()
    url = uploaded(client, (HEADER + GOOD).encode())
    key = url.rsplit("/", 1)[1]
    form = chosen(key, "look")
    place = next(name for name, field in form.items() if field == "phone")
    client.post(url, {**form, place: "user_id"})
    assert uploads.preview(uploads.find(key)).fields["手机号"] == "user_id"
    twice = client.post(url, {**form, place: "sku"}).content.decode()
    assert "two columns cannot both be sku" in twice


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("run.exe", b"x", "give a CSV, Excel or Parquet file"), ("empty.csv", b"", "empty"), ("../../a.csv", b"a\n", "")],
)
def test_a_wrong_upload_is_refused_and_leaves_nothing(home, name, content, reason):
    response = visitor().post("/imports/new", {"file": SimpleUploadedFile(name, content), "kind": "orders"})
    if reason:
        assert response.status_code == 200
        assert reason in response.content.decode()
        assert list((home / "uploads").iterdir() if (home / "uploads").exists() else []) == []
    else:
        assert uploads.find(response["Location"].rsplit("/", 1)[1]).path.parent.parent == home / "uploads"


def test_a_file_too_large_is_refused_while_it_comes(home, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 10)
    page = visitor().post("/imports/new", {"file": SimpleUploadedFile("a.csv", b"x" * 11), "kind": "orders"}).content.decode()
    assert "larger than 200 MB" in page


def test_a_file_that_cannot_be_read_as_told_is_not_started(home):
    client = visitor("owner", "zh-hans")
    url = uploaded(client, "甲,乙\n1,2\n".encode())
    key = url.rsplit("/", 1)[1]
    page = client.post(url, {"kind": "orders", "verb": "start"})
    assert page.status_code == 200
    assert "alert" in page.content.decode()
    assert uploads.find(key).state == "kept"


def test_what_nobody_started_is_forgotten_after_a_day(home):
    from datetime import timedelta

    from siyu.lib.clock import utc_now

    client = visitor()
    url = uploaded(client, (HEADER + GOOD).encode())
    assert uploads.forget(utc_now()) == 0
    assert uploads.forget(utc_now() + timedelta(days=2)) == 1
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("key", ["x", "..", "0" * 32, "a" * 31])
def test_an_unknown_upload_is_not_found(home, key):
    assert visitor().get(f"/uploads/{key}").status_code == 404


def test_who_may_not_import_does_not(home):
    for path in ("/imports", "/imports/new", "/imports/1", f"/uploads/{'0' * 32}"):
        assert visitor("analyst").get(path).status_code == 403
