"""A member's inbox: messages of the member's own, new until they are opened, opened once."""

from uuid import UUID

import pytest

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches.rules.files import Upload
from siyu.touches.services import Wish, post_inbox, propose, publish_template
from siyu.touches.tests.scene import rows, template

from .visiting import live, lived, signed_in

pytestmark = pytest.mark.django_db


def written(client, number: int = 1) -> None:
    """So many messages to the member behind a browser."""
    now = utc_now()
    set_setting(SYSTEM, "touches.quiet_hours", {}, today(now), now=now)
    set_setting(SYSTEM, "touches.caps", [], today(now), now=now)
    made = template("inbox", "service", subject="新品", text="亲爱的 <b>你</b>\nhttps://shop.example/tea")
    propose([Wish(client.who.pk, made.pk, f"in:{place}", "send:1", now) for place in range(number)], now=now)
    assert post_inbox(now) == number


def test_a_message_is_new_until_it_is_opened_and_opened_once() -> None:
    live()
    client = signed_in()
    written(client)

    home, before = client.get("/m/"), client.get("/m/inbox").content.decode()
    message = client.get("/m/inbox").context["rows"][0].id
    page, _again = (client.get(f"/m/inbox/{message}").content.decode() for _ in range(2))
    lived()

    assert b"1 new message" in home.content
    assert "Unread" in before
    assert "亲爱的 &lt;b&gt;你&lt;/b&gt;" in page
    assert 'href="https://shop.example/tea"' in page
    assert "pill" not in client.get("/m/inbox").content.decode()
    assert b"new message" not in client.get("/m/").content
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'touch.opened'") == [(1,)]
    assert rows("SELECT opened_at IS NOT NULL FROM touches_touch") == [(True,)]


def test_nobody_reads_anothers_messages() -> None:
    live()
    one, other = signed_in(), signed_in("阿杰")
    written(one)
    message: UUID = one.get("/m/inbox").context["rows"][0].id

    assert other.get(f"/m/inbox/{message}").status_code == 404
    assert other.get("/m/inbox").context["rows"] == []
    pump(utc_now())
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'touch.opened'") == [(0,)]


def test_many_messages_come_page_by_page() -> None:
    live()
    client = signed_in()
    written(client, 31)

    first = client.get("/m/inbox")
    second = client.get("/m/inbox", {"cursor": first.context["older"]})

    assert (len(first.context["rows"]), len(second.context["rows"]), second.context["older"]) == (30, 1, "")
    assert client.get("/m/inbox", {"cursor": "forged"}).status_code in (400, 409, 422)


def test_a_file_comes_with_a_message_and_to_nobody_else() -> None:
    live()
    one, other = signed_in(), signed_in("阿杰")
    written(one, 0)
    now, words = utc_now(), {"zh-hans": {"subject": "茶单", "text": "见附件"}}
    menu = Upload("五月茶单.pdf", b"%PDF-1.7 tea")
    template = publish_template(SYSTEM, "menu", "Menu", "inbox", "service", words, uploads=[menu], now=now)
    propose([Wish(one.who.pk, template, "in:menu", "send:1", now)], now=now)
    post_inbox(now)
    message = one.get("/m/inbox").context["rows"][0].id
    page = one.get(f"/m/inbox/{message}")
    (file,) = page.context["files"]

    taken = one.get(f"/m/inbox/{message}/files/{file.id}")

    assert "五月茶单.pdf" in page.content.decode()
    assert (taken.content, taken["Content-Type"]) == (menu.content, "application/pdf")
    assert taken["Content-Disposition"].startswith("attachment; ")
    assert other.get(f"/m/inbox/{message}/files/{file.id}").status_code == 404
    assert one.get(f"/m/inbox/{message}/files/{file.id + 1}").status_code == 404
