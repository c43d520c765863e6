"""A member's own word: details, consents, a copy, a farewell; and what comes of each."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps

from siyu.audiences.words import CHANNELS as ASKED_FOR
from siyu.console.words import CONSENT_CHANNELS
from siyu.facts.rules import Handle
from siyu.lib.clock import utc_now
from siyu.members.queries import bearer, consents, find, traits
from siyu.members.rules import CHANNELS, channel_meant
from siyu.members.services import Choice, merge_members, undo_merge
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.portal import privacy, queries, services, tasks
from siyu.portal.pages.door import MARKETING
from siyu.portal.pages.profile import OFFERED
from siyu.touches.asking import policy_at, states
from siyu.touches.rules.gate import Proposal, consent_refusal
from siyu.touches.rules.media import MEDIA

from .visiting import PHONE, browser, live, lived, member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("siyu.portal.services.privacy.home", lambda: tmp_path)
    return tmp_path


def rows(name: str):
    return apps.get_model(name).objects


def later(**rest) -> None:
    """Time passes for the wishes and copies."""
    for name, fields in (("portal.Farewell", ("asked_at", "due_at")), ("portal.Copy", ("asked_at", "ready_at", "expires_at"))):
        for row in rows(name).all():
            for field in fields:
                if getattr(row, field):
                    setattr(row, field, getattr(row, field) - timedelta(**rest))
            row.save()


def test_details_are_told_as_facts_and_shown_again():
    live()
    client = signed_in()
    told = {"nickname": "小月亮", "gender": "female", "birthday": "1990-02-28", "city": "苏州"}

    assert client.post("/m/profile", told)["Location"] == "/m/profile"
    lived()

    assert queries.profile(client.who.pk)._asdict() == told
    plain = {trait.name: trait.value for trait in traits(client.who.pk)}
    assert plain["birthday"] != "1990-02-28", "a date of birth is masked for the staff"
    assert plain["birthday_month_day"] == "02-28"
    assert "小月亮" in client.get("/m/").content.decode()


def test_a_birthday_is_set_once_a_year():
    live()
    client = signed_in()
    client.post("/m/profile", {"nickname": "小月", "birthday": "1990-02-28", "city": "杭州"})
    lived()
    page = client.get("/m/profile").content.decode()
    assert "once a year" in page

    client.post("/m/profile", {"nickname": "小月", "birthday": "1991-03-01", "city": "杭州"})
    lived()
    assert queries.profile(client.who.pk).birthday == "1990-02-28"

    rows("portal.BirthdayChange").update(at=utc_now() - timedelta(days=366))
    client.post("/m/profile", {"nickname": "小月", "birthday": "1991-03-01", "city": "杭州"})
    lived()
    assert queries.profile(client.who.pk).birthday == "1991-03-01"


@pytest.mark.parametrize(
    "wrong", [{"birthday": "2999-01-01"}, {"birthday": "1850-01-01"}, {"nickname": "x" * 31}, {"gender": "unicorn"}, {"city": "a\nb" * 30}]
)
def test_what_cannot_be_is_refused_beside_the_fields(wrong):
    live()
    client = signed_in()
    answer = client.post("/m/profile", {"nickname": "小月", "city": "杭州", **wrong})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_nothing_changed_tells_nothing():
    live()
    client = signed_in()
    before = rows("merchant.Audit").count()
    client.post("/m/profile", queries.profile(client.who.pk)._asdict())
    assert rows("merchant.Audit").count() == before


def test_each_switch_that_moved_is_a_fact_with_its_proof():
    live()
    client = signed_in()
    assert client.get("/m/consents").content.decode().count(" checked") == 5

    client.post("/m/consents", {"marketing.email": "on", "service.sms": "on", "service.email": "on", "service.webhook": "on"})
    lived()

    said = {(one.purpose, one.channel): (one.is_given, one.proof) for one in consents(client.who.pk)}
    assert said == {
        ("marketing", "sms"): (False, "member centre"),
        ("marketing", "email"): (True, "member centre"),
        ("service", "wecom"): (False, "member centre"),
    }
    assert rows("merchant.Audit").filter(actor_kind="member", verb="consent.withdrawn").count() == 2


def test_notices_that_go_to_whoever_said_nothing_are_shown_as_on_and_can_be_switched_off_at_once():
    live()
    client = signed_in()
    assert not asks_in_vain(client.who.pk, "sms", "service")
    assert 'name="service.sms" checked' in client.get("/m/consents").content.decode()

    client.post("/m/consents", {"marketing.sms": "on", "service.email": "on", "service.wecom": "on", "service.webhook": "on"})
    lived()

    assert [asks_in_vain(client.who.pk, medium, "service") for medium in ("sms", "email", "task")] == [True, False, False]
    assert 'name="service.sms">' in client.get("/m/consents").content.decode()


def test_where_notices_need_a_yes_they_are_off_until_it_is_said():
    live()
    set_setting(SYSTEM, "touches.opt_in", ["marketing", "service"], utc_now().date() - timedelta(days=1), initial=True)
    client = signed_in()

    assert 'name="service.sms">' in client.get("/m/consents").content.decode()
    assert asks_in_vain(client.who.pk, "sms", "service")


def test_a_word_of_any_channel_shows_on_each_until_a_newer_word():
    live()
    client = signed_in()
    now = utc_now()
    services.choose_consents(SYSTEM, client.handle, [Choice("service", "any", True)], now=now - timedelta(minutes=1))
    lived()
    assert client.get("/m/consents").content.decode().count(" checked") == 5
    client.post("/m/consents", {"marketing.sms": "on", "service.sms": "on", "service.wecom": "on"})
    lived()
    assert client.get("/m/consents").content.decode().count(" checked") == 3


def test_who_switches_everything_off_gets_nothing_more_and_may_switch_it_on_again():
    live()
    client, now = signed_in(), utc_now()
    services.choose_consents(SYSTEM, client.handle, [Choice("marketing", "any", True)], now=now - timedelta(minutes=1))
    lived()

    client.post("/m/consents", {"service.sms": "on"})
    lived()
    refused = {medium for medium in MEDIA if asks_in_vain(client.who.pk, medium)}
    client.post("/m/consents", {"marketing.inbox": "on", "marketing.wecom": "on"})
    lived()

    assert refused == set(MEDIA)
    assert [asks_in_vain(client.who.pk, medium) for medium in ("inbox", "task", "sms")] == [False, False, True]


def asks_in_vain(member_id, medium, purpose="marketing"):
    """Whether the gate says no for want of consent."""
    now = utc_now()
    policy, zone = policy_at(now)
    wish = Proposal("k", medium, purpose, now)
    return consent_refusal(policy, states([member_id], policy, zone, now)[member_id], wish) is not None


def test_recommendations_are_switched_on_and_off_as_the_gate_decides():
    live()
    client = signed_in()
    for more in ({}, {"on": "1"}, {}):  # nothing said yet, then yes, then no
        is_on = not asks_in_vain(client.who.pk, "inbox", "personalisation")
        assert ("Switch off" in client.get("/m/privacy").content.decode()) is is_on
        client.post("/m/privacy/recommendations", more)
        lived()
    assert asks_in_vain(client.who.pk, "inbox", "personalisation")


def test_a_copy_is_prepared_taken_and_gone_after_a_day(folder):
    live()
    client, other = signed_in(), signed_in("阿杰")
    client.post("/m/privacy/copy")
    key = rows("portal.Copy").get().key
    assert client.get(f"/m/privacy/copy/{key}").status_code == 404, "not ready"

    services.prepare_copy(key, now=utc_now())

    taken = client.get(f"/m/privacy/copy/{key}")
    assert taken["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        names = set(archive.namelist())
        known = json.loads(archive.read("members.json"))
        assert json.loads(archive.read("orders.json"))["orders"][0]["order_number"].startswith("A-")
    assert {"members.json", "orders.json", "loyalty.json", "portal.json", "acquisition.json"} <= names
    assert PHONE in {one["value"] for one in known["identities"]}
    assert PHONE.encode() not in next(folder.glob("copies/*.zip")).read_bytes(), "encrypted at rest"
    assert other.get(f"/m/privacy/copy/{key}").status_code == 404
    assert browser().get(f"/m/privacy/copy/{key}").status_code == 302
    assert "within the last hour" in client.post("/m/privacy/copy", follow=True).content.decode()

    later(hours=25)
    assert client.get(f"/m/privacy/copy/{key}").status_code == 404
    tasks.forget(utc_now())
    assert list(folder.glob("copies/*.zip")) == []
    assert rows("portal.Copy").count() == 0


def test_a_copy_that_fails_says_so_and_can_be_asked_for_again(monkeypatch):
    live()
    client = signed_in()
    client.post("/m/privacy/copy")
    key = rows("portal.Copy").get().key

    def broken(member_id):
        raise RuntimeError("a room is broken")

    monkeypatch.setattr("siyu.portal.services.privacy.copy_of", broken)
    with pytest.raises(RuntimeError):
        services.prepare_copy(key, now=utc_now())
    assert "did not work" in client.get("/m/privacy").content.decode()
    assert "within the last hour" not in client.post("/m/privacy/copy", follow=True).content.decode()


def test_a_farewell_waits_can_be_taken_back_and_then_comes_true():
    live()
    client, stays = signed_in(), signed_in("阿杰")
    client.post("/m/privacy/farewell")
    assert rows("portal.Farewell").count() == 0, "nobody leaves without saying so"
    client.post("/m/privacy/farewell", {"sure": "1"})
    client.post("/m/privacy/farewell", {"sure": "1"})
    assert rows("portal.Farewell").count() == 1
    assert "I want to stay" in client.get("/m/").content.decode()

    client.post("/m/privacy/farewell", {"stay": "1"})
    later(days=16)
    assert tasks.erase_due(utc_now()) == 0
    assert "I want to stay" not in client.get("/m/").content.decode()

    client.post("/m/privacy/farewell", {"sure": "1"})
    assert tasks.erase_due(utc_now()) == 0
    later(days=15)
    assert tasks.erase_due(utc_now()) == 1

    assert client.get("/m/").status_code == 302
    assert find(PHONE) == []
    assert rows("merchant.Audit").filter(verb="member.erased", subject=f"member:{client.who.pk}").exists()
    assert stays.get("/m/").status_code == 200
    assert services.sign_in([Handle("phone", PHONE)], way="code", device="", now=utc_now()) is None
    assert tasks.erase_due(utc_now()) == 0


def test_one_failing_erasure_keeps_nobody_waiting(monkeypatch):
    live()
    for name in ("小月", "阿杰"):
        signed_in(name).post("/m/privacy/farewell", {"sure": "1"})
    later(days=15)
    broken, real = member("小月").pk, services.privacy.erase_member

    def erase(by, member_id, because, *, now):
        if member_id == broken:
            raise RuntimeError("a room is broken")
        real(by, member_id, because, now=now)

    monkeypatch.setattr("siyu.portal.services.privacy.erase_member", erase)
    assert tasks.erase_due(utc_now()) == 1
    assert rows("portal.Farewell").filter(done_at=None).count() == 1


def test_a_wish_and_a_session_follow_the_handle_through_a_merge_and_its_undo():
    live()
    client = signed_in()
    client.post("/m/privacy/farewell", {"sure": "1"})
    merge_members(SYSTEM, member("阿杰").pk, client.who.pk, "one person", now=utc_now())
    survivor = bearer(client.handle)[0]
    assert queries.farewell(survivor) is not None
    assert client.get("/m/").status_code == 200

    undo_merge(SYSTEM, apps.get_model("members.Merge").objects.get().pk, "two people", now=utc_now())

    assert queries.farewell(bearer(client.handle)[0]) is not None
    assert queries.farewell(member("阿杰").pk) is None


def test_the_member_centre_exports_and_forgets_what_it_keeps_itself(folder):
    live()
    client = signed_in()
    client.post("/m/privacy/copy")
    services.prepare_copy(rows("portal.Copy").get().key, now=utc_now())
    client.post("/m/privacy/farewell", {"sure": "1"})
    assert {one["what"] for one in privacy.export(client.who.pk)["history"]} == {"session", "copy", "farewell"}

    privacy.erase(client.who.pk)

    assert list(folder.glob("copies/*.zip")) == []
    assert privacy.export(client.who.pk) == {"history": []}
    assert rows("portal.Session").count() == rows("portal.Copy").count() == 0


def test_old_codes_and_sessions_are_forgotten(settings):
    settings.DEVELOPER_CODES = True
    live()
    signed_in()
    services.ask_code(PHONE, address="10.0.0.1", language="en", now=utc_now() - timedelta(days=2))
    rows("portal.Session").update(expires_at=utc_now() - timedelta(days=31))
    tasks.forget(utc_now())
    assert rows("portal.Code").count() == rows("portal.Session").count() == 0


def test_whatever_reaches_members_can_be_agreed_to_when_joining_and_later():
    reached = {channel_meant(medium) for medium in MEDIA}

    assert reached <= set(OFFERED["marketing"])
    assert reached <= set(dict(MARKETING))
    assert reached <= set(CHANNELS) == set(CONSENT_CHANNELS) == set(ASKED_FOR)  # what staff write down, and audiences ask for
