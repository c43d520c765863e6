"""The door: who comes in, who waits, and that nobody learns which user names exist."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from siyu.lib.refusal import Refusal
from siyu.merchant import rules
from siyu.merchant.models import Audit, LoginAttempt, Staff
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import admit, archive_staff, change_password, change_preferences, create_staff, reset_password
from siyu.merchant.tasks import forget_logins

PASSWORD = "correct horse battery"
NOW = datetime(2026, 5, 3, tzinfo=UTC)
HOME = "203.0.113.7"


def outcome(username: str, password: str, address: str = HOME, now: datetime = NOW) -> str:
    try:
        admit(username, password, address, now)
    except Refusal as refused:
        return refused.code
    return "in"


def log_in(client: Client, password: str = PASSWORD, **more: str):
    return client.post("/login", {"username": "boss", "password": password, **more})


def test_the_right_password_lets_in_whatever_the_case_of_the_name(boss: Actor) -> None:
    assert admit(" Boss ", PASSWORD, HOME, NOW).pk == boss.id
    assert Audit.objects.latest("id").verb == "login.succeeded"


def test_an_unknown_name_is_told_the_same_as_a_wrong_password(boss: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr("django.contrib.auth.base_user.make_password", lambda password: hashed.append(password) or "x")

    with pytest.raises(Refusal) as wrong:
        admit("boss", "wrong", HOME, NOW)
    with pytest.raises(Refusal) as unknown:
        admit("nobody", "wrong", HOME, NOW)

    assert str(wrong.value) == str(unknown.value)
    assert hashed == ["wrong"]  # the unknown name cost one hash as well


def test_what_was_typed_is_kept_nowhere(boss: Actor) -> None:
    outcome("my secret password", "another secret")

    kept = f"{list(Audit.objects.values())} {list(LoginAttempt.objects.values())}"
    assert "secret" not in kept
    assert HOME not in kept


def test_five_failures_of_a_name_make_it_wait_for_a_quarter_of_an_hour(boss: Actor) -> None:
    assert [outcome("boss", "wrong", f"198.51.100.{n}") for n in range(5)] == ["login.wrong"] * 5

    assert outcome("boss", PASSWORD) == "login.wait"
    assert outcome("boss", PASSWORD, now=NOW + timedelta(minutes=14)) == "login.wait"
    assert outcome("boss", PASSWORD, now=NOW + timedelta(minutes=15)) == "in"


def test_asking_while_waiting_does_not_prolong_the_wait(boss: Actor) -> None:
    for _ in range(5):
        outcome("boss", "wrong")
    for minute in range(1, 15):
        outcome("boss", "wrong", now=NOW + timedelta(minutes=minute))

    assert LoginAttempt.objects.count() == 5
    assert outcome("boss", PASSWORD, now=NOW + timedelta(minutes=15)) == "in"


@pytest.mark.django_db
def test_an_unknown_name_waits_like_a_known_one() -> None:
    assert [outcome("nobody", "wrong") for _ in range(6)] == ["login.wrong"] * 5 + ["login.wait"]


def test_one_address_that_tries_many_names_waits_and_others_do_not(boss: Actor) -> None:
    tried = [outcome(f"name{n}", "wrong") for n in range(rules.PER_ADDRESS + 1)]

    assert tried == ["login.wrong"] * rules.PER_ADDRESS + ["login.wait"]
    assert outcome("boss", PASSWORD) == "login.wait"
    assert outcome("boss", PASSWORD, "198.51.100.1") == "in"


def test_a_success_forgets_the_failures_of_that_name(boss: Actor) -> None:
    for _ in range(4):
        outcome("boss", "wrong")
    outcome("boss", PASSWORD)

    assert [outcome("boss", "wrong") for _ in range(5)] == ["login.wrong"] * 5


def test_many_attempts_at_once_do_not_pass_the_limit_together(clone: str) -> None:
    create_staff(SYSTEM, "boss", "Boss", "owner", password=PASSWORD)
    start = threading.Barrier(12, timeout=20)
    outcomes: list[str] = []

    def attempt(number: int) -> None:
        start.wait()
        try:
            outcomes.append(outcome("boss", "wrong", f"198.51.100.{number}"))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(outcomes) == 12
    assert outcomes.count("login.wrong") <= rules.PER_NAME
    assert LoginAttempt.objects.count() == outcomes.count("login.wrong")


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_an_ipv6_subscriber_is_one_address(address: str, group: str) -> None:
    assert rules.address_group(address) == group


def test_failures_and_ended_sessions_are_forgotten_after_a_day(boss: Actor, client: Client) -> None:
    outcome("boss", "wrong")

    forget_logins(NOW + timedelta(hours=23))
    assert LoginAttempt.objects.count() == 1
    forget_logins(NOW + timedelta(hours=25))
    assert LoginAttempt.objects.count() == 0


def test_the_page_lets_in_and_goes_where_one_wanted(client: Client, boss: Actor) -> None:
    assert client.get("/settings").headers["Location"] == "/login?next=%2Fsettings"

    response = log_in(client, next="/settings")

    assert response.headers["Location"] == "/settings"
    assert client.get("/settings").status_code == 200
    assert Staff.objects.get().last_login is not None


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/settings/merchant.name?a=1", "?next=%2Fsettings%2Fmerchant.name%3Fa%3D1"),
        ("https://evil.example/settings", ""),
        ("", ""),
    ],
)
def test_who_sends_a_form_after_their_session_comes_back_to_where_it_stood(client: Client, db: None, came_from: str, back: str) -> None:
    response = client.post("/settings/merchant.name", {"value": "x"}, headers={"Referer": came_from})

    assert response.headers["Location"] == f"/login{back}"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", ""])
def test_nobody_is_led_elsewhere(client: Client, boss: Actor, target: str) -> None:
    assert log_in(client, next=target).headers["Location"] == "/"


def test_a_session_planted_before_the_log_in_is_worth_nothing(client: Client, boss: Actor) -> None:
    planted = client.session
    planted["seen"] = True
    planted.save()
    client.cookies["sessionid"] = str(planted.session_key)

    log_in(client)

    thief = Client()
    thief.cookies["sessionid"] = str(planted.session_key)
    assert client.get("/account").status_code == 200
    assert thief.get("/account").status_code == 302


def test_a_form_from_elsewhere_is_refused(boss: Actor) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert log_in(strict).status_code == 403


def test_the_page_says_wait_with_its_own_status(client: Client, boss: Actor) -> None:
    responses = [log_in(client, "wrong") for _ in range(6)]

    assert [response.status_code for response in responses] == [200] * 5 + [429]


def test_the_forwarded_address_counts_only_behind_proxies_of_our_own(client: Client, boss: Actor, settings) -> None:
    def fail(forwarded: str, times: int) -> int:
        form = {"username": "nobody", "password": "wrong"}
        return [client.post("/login", form, headers={"X-Forwarded-For": forwarded}).status_code for _ in range(times)][-1]

    addresses = LoginAttempt.objects.values_list("address_hash", flat=True).distinct()
    fail("198.51.100.1", 1)
    fail("198.51.100.2", 1)
    assert len(addresses.all()) == 1

    settings.PROXIES = 1
    fail("6.6.6.6, 198.51.100.1", 1)
    fail("7.7.7.7, 198.51.100.1", 1)
    assert len(addresses.all()) == 2


def test_logging_out_ends_the_session_and_needs_a_form(boss_client: Client) -> None:
    assert boss_client.get("/logout").status_code == 405

    boss_client.post("/logout")

    assert boss_client.get("/settings").status_code == 302
    assert Audit.objects.latest("id").verb == "login.ended"


def test_sessions_end_when_someone_is_archived_or_gets_a_new_password(client: Client, boss: Actor) -> None:
    ana = create_staff(boss, "ana", "Ana", "analyst")
    for end in (lambda: reset_password(boss, ana.id), lambda: archive_staff(boss, ana.id)):
        client.force_login(Staff.objects.get(pk=ana.id))
        assert client.get("/account").status_code == 200
        end()
        assert client.get("/account").status_code == 302


def test_an_archived_member_does_not_come_back_in(boss: Actor) -> None:
    ana = create_staff(boss, "ana", "Ana", "analyst", password=PASSWORD)
    archive_staff(boss, ana.id)

    assert outcome("ana", PASSWORD) == "login.wrong"


def test_ones_own_new_password_ends_other_sessions_only(client: Client, boss: Actor) -> None:
    elsewhere = Client()
    elsewhere.force_login(Staff.objects.get())
    client.force_login(Staff.objects.get())

    form = {"old": PASSWORD, "new": "another good phrase", "again": "another good phrase"}
    assert client.post("/account/password", form).status_code == 302

    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_two_different_new_passwords_change_nothing(boss_client: Client) -> None:
    boss_client.post("/account/password", {"old": PASSWORD, "new": "another good phrase", "again": "another food phrase"})

    assert Staff.objects.get().check_password(PASSWORD)


def test_a_change_of_role_holds_with_the_next_click(boss_client: Client, boss: Actor) -> None:
    assert boss_client.get("/audit").status_code == 200

    Staff.objects.update(role="operator")

    assert boss_client.get("/audit").status_code == 403


def test_pages_speak_the_language_of_the_account(boss_client: Client, boss: Actor) -> None:
    change_preferences(boss, "en", "dark")

    page = boss_client.get("/account").content.decode()

    assert 'lang="en"' in page
    assert 'data-bs-theme="dark"' in page


def test_the_switches_work_before_the_log_in(client: Client, db: None) -> None:
    assert 'lang="zh-Hans"' in client.get("/login").content.decode()

    response = client.post("/preferences", {"language": "en", "theme": "dark", "next": "/login"})

    assert response.headers["Location"] == "/login"
    page = client.get("/login").content.decode()
    assert 'lang="en"' in page
    assert 'data-bs-theme="dark"' in page


def test_a_switch_is_kept_with_the_account(boss_client: Client) -> None:
    boss_client.post("/preferences", {"language": "en", "next": "/account"})

    assert Staff.objects.values_list("language", "theme").get() == ("en", "light")


def test_htmx_is_sent_to_the_log_in_as_a_whole_page(client: Client, db: None) -> None:
    response = client.get("/settings", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/organisation"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/login?next=%2Forganisation")


def test_a_guard_must_name_a_permission_that_exists() -> None:
    from siyu.merchant.access import requires

    with pytest.raises(ValueError, match=r"members\.fly"):
        requires("members.fly")


def test_changing_a_password_asks_for_the_present_one(boss: Actor) -> None:
    with pytest.raises(Refusal, match=r"staff\.password_wrong"):
        change_password(boss, "wrong", "another good phrase")
