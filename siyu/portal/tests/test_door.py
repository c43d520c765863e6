"""Coming in: by a code, by a link, as a newcomer; and every way in which one does not."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from siyu.facts.rules import Handle
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.members.queries import bearer, consents, find, handle_named
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import set_setting
from siyu.portal import services
from siyu.portal.access import COOKIE
from siyu.portal.queries import shown_codes
from siyu.portal.rules import ATTEMPTS

from .visiting import NOW, OTHER_PHONE, PHONE, asked, browser, live, lived, member, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("developer")]
STAFF = Actor("staff", 1, "Lin")


def rows(name: str):
    return apps.get_model(f"portal.{name}").objects


def test_a_member_comes_in_by_a_code_and_sees_the_card():
    live()
    client = browser()
    code = asked(client, "138 0013 8000")

    answer = client.post("/m/log-in/code", {"code": f" {code[:3]} {code[3:]} "})

    assert answer.status_code == 302
    assert answer["Location"] == "/m/"
    cookie = client.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/m/", True, "Lax")
    page = client.get("/m/")
    assert page.status_code == 200
    assert "小月" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_the_way_leads_to_the_page_one_wanted():
    live()
    client = browser()
    assert client.get("/m/points?x=1")["Location"] == "/m/log-in?next=%2Fm%2Fpoints%3Fx%3D1"
    code = asked(client, PHONE)
    assert client.post("/m/log-in/code", {"code": code, "next": "/m/points"})["Location"] == "/m/points"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/members", "/m//evil.example"])
def test_nobody_is_led_astray(target):
    live()
    client = browser()
    code = asked(client, PHONE)
    assert client.post("/m/log-in/code", {"code": code, "next": target})["Location"] == "/m/"


def test_the_page_says_the_same_to_members_and_to_strangers():
    live()
    answers = []
    for to in (PHONE, "13700137000"):
        client = browser()
        first = client.post("/m/log-in", {"to": to})
        second = re.sub(r'value="[\w-]{64}"', "", client.get("/m/log-in/code").content.decode())
        wrong = re.sub(r'value="[\w-]{64}"', "", client.post("/m/log-in/code", {"code": "12345x"}).content.decode())
        answers.append((first.status_code, first["Location"], second, wrong))
    assert answers[0] == answers[1]


def test_a_code_is_guessed_five_times_and_no_more():
    live()
    client = browser()
    code = asked(client, PHONE)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(ATTEMPTS):
        assert "not right" in client.post("/m/log-in/code", {"code": wrong}).content.decode()

    answer = client.post("/m/log-in/code", {"code": code})

    assert "no longer works" in answer.content.decode()
    assert COOKIE not in client.cookies


def test_a_code_works_once_in_five_minutes_and_only_in_its_browser():
    live()
    now = utc_now()
    challenge = services.ask_code(PHONE, address="10.0.0.1", language="en", now=now)
    other = services.ask_code(OTHER_PHONE, address="10.0.0.1", language="en", now=now)
    code = {one.to: one.code for one in shown_codes(now)}["+86138****8000"]
    with pytest.raises(Refusal, match=r"code\.(wrong|expired)"):
        services.prove(other, code, now=now)
    with pytest.raises(Refusal, match=r"code\.expired"):
        services.prove(challenge, code, now=now + timedelta(minutes=5))
    assert services.prove(challenge, code, now=now) == Handle("phone", PHONE)
    with pytest.raises(Refusal, match=r"code\.expired"):
        services.prove(challenge, code, now=now)


def test_codes_are_kept_as_hashes_and_phones_encrypted():
    challenge = services.ask_code(PHONE, address="10.0.0.1", language="en", now=NOW)
    row = rows("Code").get(challenge=challenge)
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM portal_code c")
        assert "13800138000" not in cursor.fetchone()[0]
    code = shown_codes(NOW)[0].code
    assert code not in (str(row.code_hash), bytes(row.shown).decode("latin-1"))


def test_asking_too_often_is_refused_and_does_not_prolong_the_wait():
    client = browser()
    assert client.post("/m/log-in", {"to": PHONE}).status_code == 302
    for _ in range(3):
        assert client.post("/m/log-in", {"to": PHONE}).status_code == 429
    assert rows("Code").count() == 1


def test_one_address_cannot_ring_a_whole_town():
    for number in range(10):
        services.ask_code(f"1380013{8000 + number}", address="10.9.9.9", language="en", now=NOW)
    with pytest.raises(Refusal, match=r"code\.wait"):
        services.ask_code("13800138010", address="10.9.9.9", language="en", now=NOW)
    services.ask_code("13800138010", address="10.9.9.8", language="en", now=NOW)


@pytest.mark.parametrize("text", ["", "hello", "123", "@", "0" * 300])
def test_what_is_no_address_is_refused(text):
    answer = browser().post("/m/log-in", {"to": text})
    assert answer.status_code == 200
    assert rows("Code").count() == 0


def test_the_developer_page_does_not_exist_in_production(settings):
    settings.DEVELOPER_CODES = False
    assert browser().get("/m/dev/codes").status_code == 404
    answer = browser().post("/m/log-in", {"to": PHONE})
    assert "codes cannot be sent" in answer.content.decode()
    set_setting(SYSTEM, "portal.code_senders", {"phone": "developer"}, utc_now().date() + timedelta(days=-1), initial=True)
    answer = browser().post("/m/log-in", {"to": PHONE})
    assert "could not be sent" in answer.content.decode()
    assert not rows("Code").exclude(shown=b"").exists()


def test_a_newcomer_joins_with_a_notice_read_and_only_what_was_ticked_is_agreed_to():
    live()
    client = browser()
    code = asked(client, "13700137000")
    assert client.post("/m/log-in/code", {"code": code})["Location"].startswith("/m/join")
    assert client.post("/m/join", {"nickname": "新月"}).status_code == 200, "without the notice nobody joins"

    answer = client.post("/m/join", {"nickname": "新月", "marketing": ["sms"], "notice": "on"})

    assert answer["Location"] == "/m/"
    assert client.get("/m/").status_code == 202, "the pump has not lived it yet"
    lived()
    assert "新月" in client.get("/m/").content.decode()
    agreed = {(one.purpose, one.channel, one.is_given) for one in consents(member("新月").pk)}
    assert agreed == {("marketing", "sms", True), ("service", "any", True)}
    assert client.post("/m/join", {"nickname": "x", "notice": "on"})["Location"] == "/m/log-in", "the proof is used up"


def test_a_newcomer_is_told_how_where_joining_is_closed():
    set_setting(SYSTEM, "portal.open_joining", False, utc_now().date() - timedelta(days=1), initial=True)
    client = browser()
    code = asked(client, "13700137000")
    client.post("/m/log-in/code", {"code": code})
    assert "joining here is closed" in client.get("/m/join").content.decode()
    assert "joining here is closed" in client.post("/m/join", {"notice": "on"}).content.decode()
    assert rows("Session").count() == 0


def test_a_link_signs_in_once_and_looking_at_it_uses_nothing_up():
    live()
    path = services.sign_in_link(STAFF, member("小月").pk, "birthday greeting", target="/m/points", now=utc_now())
    client, friend = browser(), browser()
    assert client.get(path).status_code == client.get(path).status_code == 200

    answer = client.post(path)

    assert answer["Location"] == "/m/points"
    assert "小月" in client.get("/m/").content.decode()
    assert friend.get(path).status_code == 410
    assert friend.post(path).status_code == 410
    assert COOKIE not in friend.cookies


def test_a_link_dies_by_time_and_by_change():
    live()
    number = member("小月").pk
    old = services.sign_in_link(STAFF, number, "old", now=utc_now() - timedelta(days=2))
    good = services.sign_in_link(STAFF, number, "good", now=utc_now())
    assert browser().post(old).status_code == 410
    assert browser().post(good[:-1] + ("A" if good[-1] != "A" else "B")).status_code == 410
    assert browser().get("/m/enter/nothing").status_code == 410
    assert apps.get_model("merchant.Audit").objects.filter(verb="member.link_made").count() == 2


def test_links_lead_only_into_the_member_centre_and_to_people_who_can_be_proven():
    live()
    for change, code in (
        ({"target": "https://x.example"}, "link.target"),
        ({"purpose": " "}, "link.purpose"),
        ({"member_id": 9**9}, "link.member"),
    ):
        wanted = {"member_id": member("小月").pk, "purpose": "p", "now": NOW, **change}
        with pytest.raises(Refusal) as refused:
            services.sign_in_link(STAFF, **wanted)
        assert refused.value.code == code


def test_the_hook_of_vendors_knows_members_and_joins_what_was_proven():
    live()
    proofs = [Handle("mini_openid", "o-1"), Handle("phone", PHONE)]
    opened = services.sign_in(proofs, way="mini_program", device="", now=NOW)
    assert opened.member_id == member("小月").pk
    lived()
    assert find("o-1") == [member("小月").pk]
    assert services.sign_in([Handle("unionid", "u-new")], way="wecom", device="", now=NOW) is None
    with pytest.raises(Refusal, match=r"sign_in\.proof"):
        services.sign_in([Handle("phone", "x")], way="wecom", device="", now=NOW)


def test_a_mini_program_joins_a_newcomer_by_the_same_service():
    proofs = [Handle("mini_openid", "o-2"), Handle("phone", "+8613700137001")]
    services.join(proofs, nickname="小程", consents=[], notice_read=True, way="mini_program", device="", now=utc_now(), channel="mini")
    lived()
    assert find("o-2") == find("13700137001") == [member("小程").pk]


def test_sessions_follow_the_handle_and_end_with_it():
    live()
    client = signed_in()
    assert client.get("/m/").status_code == 200
    client.post("/m/log-out")
    assert client.get("/m/").status_code == 302


def test_a_session_lives_thirty_days_from_its_last_use():
    live()
    client = signed_in()
    session = rows("Session").get()
    rows("Session").update(seen_at=utc_now() - timedelta(days=29), expires_at=utc_now() + timedelta(days=1))
    answer = client.get("/m/")
    assert COOKIE in answer.cookies
    assert rows("Session").get().expires_at > session.expires_at - timedelta(minutes=1)
    rows("Session").update(expires_at=utc_now() - timedelta(seconds=1))
    assert client.get("/m/").status_code == 302


def test_devices_are_listed_and_signed_out():
    live()
    here, there, elsewhere = signed_in(), signed_in(), signed_in()
    stranger = signed_in("阿杰")
    assert here.get("/m/devices").content.decode().count("iPhone · WeChat") >= 3
    ids = [row[0].id for row in there.get("/m/devices").context["rows"] if not row[2]]

    assert "signed out already" in stranger.post("/m/devices", {"device": ids[0]}, follow=True).content.decode()
    assert here.get("/m/").status_code == there.get("/m/").status_code == elsewhere.get("/m/").status_code == 200
    here.post("/m/devices", {"device": "others"})

    assert here.get("/m/").status_code == 200
    assert there.get("/m/").status_code == elsewhere.get("/m/").status_code == 302
    here.post("/m/devices", {"device": "everywhere"})
    assert here.get("/m/").status_code == 302
    assert stranger.get("/m/").status_code == 200


def test_a_form_without_its_token_is_refused():
    live()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[COOKIE] = signed_in().cookies[COOKIE].value
    for path in ("/m/log-in", "/m/log-out", "/m/devices", "/m/profile", "/m/consents", "/m/privacy/farewell", "/m/preferences"):
        assert strict.post(path, {"sure": "1"}).status_code == 403, path
    assert rows("Farewell").count() == 0


def test_staff_and_members_are_strangers_to_each_other():
    live()
    from siyu.console.tests.people import visitor

    staff = visitor("owner")
    assert staff.get("/m/").status_code == 302
    assert staff.get("/m/privacy")["Location"].startswith("/m/log-in")
    one = signed_in()
    assert one.get("/members").status_code == 302
    assert one.get("/")["Location"].startswith("/login")
    assert bearer(handle_named("phone", PHONE)[1])[0] == one.who.pk
