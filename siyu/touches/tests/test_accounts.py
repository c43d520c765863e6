"""Accounts with providers: what is asked, what is kept, what a test message says, and who may."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from siyu.lib.refusal import Refusal
from siyu.merchant.models import Audit, Staff
from siyu.merchant.rules import SYSTEM
from siyu.touches import queries, services
from siyu.touches.models import Account
from siyu.touches.providers import channels, provider
from siyu.touches.rules.sending import GiveUp, Sent
from siyu.touches.services import Trial, Wish, propose

from . import scene
from .scene import NOON
from .test_pages import show, signed_in

pytestmark = pytest.mark.django_db
MAIL = {"host": "smtp.example.com", "sender": "shop@example.com", "password": "hunter2-secret"}


@pytest.fixture
def owner() -> Client:
    scene.assistant("ana")
    return signed_in(Staff.objects.get(username="owner"))


def opened(code: str = "mail") -> None:
    services.open_account(SYSTEM, code, "Mail", "email", MAIL, now=NOON)


@pytest.mark.parametrize("name", sorted(channels()))
def test_every_channel_is_a_whole_module(name: str) -> None:
    module = channels()[name]

    assert module.TITLE
    assert module.MEDIUM in ("email", "sms", "webhook")
    assert isinstance(module.HOPELESS, frozenset)
    assert len({one.name for one in module.FIELDS}) == len(module.FIELDS)
    assert hasattr(module, "hear") == hasattr(module, "answer")


def test_an_operator_opens_an_account_and_its_secret_is_never_shown(owner: Client) -> None:
    form = {"code": "mail", "name": "Mail", "per_minute": "60", **{f"field_{name}": value for name, value in MAIL.items()}}
    form |= {"field_port": "465", "field_security": "tls"}

    wrong = owner.post(reverse("touch-account-new", args=["email"]), form | {"field_sender": "shop"})
    right = owner.post(reverse("touch-account-new", args=["email"]), form)

    assert "the sender is an e-mail address" in wrong.content.decode()
    assert right.status_code == 302, right.content.decode()
    page = show(owner, "touch-account", "mail") + show(owner, "touch-accounts") + wrong.content.decode()
    assert "smtp.example.com" in page
    assert "hunter2" not in page
    assert "hunter2" not in str(list(Audit.objects.values_list("detail", flat=True)))
    assert Account.objects.get().per_minute == 60


def test_what_has_a_closed_set_is_chosen_and_numbers_have_bounds(owner: Client) -> None:
    page = show(owner, "touch-account-new", "email")

    assert 'value="465" min="1" max="65535"' in page
    assert re.findall(r'<option value="(\w+)"( selected)?', page.split('name="field_security"')[1].split("</select>")[0]) == [
        ("tls", " selected"), ("starttls", ""), ("none", "")
    ]  # fmt: skip
    refused = owner.post(reverse("touch-account-new", args=["email"]), {"field_port": "70000", "field_security": "ssl"}).content.decode()
    assert "less than or equal to 65535" in refused
    assert "ssl is not one of the available choices" in refused


def edited(owner: Client, **changes: str) -> str:
    """What the form answers that changes the account for mail; nothing when it goes back to the account's page."""
    page = show(owner, "touch-account-edit", "mail")
    form = {"revision": page.split('name="revision" value="')[1].split('"')[0], "name": "Mail", "per_minute": "600"}
    form |= {f"field_{name}": value for name, value in queries.account("mail").entered.items()}
    answer = owner.post(reverse("touch-account-edit", args=["mail"]), form | changes)
    return "" if answer.status_code == 302 else answer.content.decode()


def secrets() -> dict[str, str]:
    return dict(provider(Account.objects.get(code="mail")).secrets)


def test_an_account_is_changed_and_its_secret_stays_unless_another_is_entered(owner: Client) -> None:
    opened()

    page = show(owner, "touch-account-edit", "mail")
    kept = edited(owner, name="Letters", per_minute="60", field_security="starttls", field_port="587")
    same = edited(owner, name="Letters", per_minute="60")

    assert (kept, same, secrets()) == ("", "", {"password": "hunter2-secret"})
    assert 'value="smtp.example.com"' in page
    assert page.count("Left empty, what is kept stays") == show(owner, "touch-account", "mail").count("kept encrypted") == 1
    account = Account.objects.get()
    assert (account.name, account.per_minute, account.settings["security"], account.settings["port"]) == ("Letters", 60, "starttls", "587")
    assert "STARTTLS" in show(owner, "touch-account", "mail")
    assert edited(owner, name="Letters", per_minute="60", field_password="hunter3-secret") == ""
    assert secrets() == {"password": "hunter3-secret"}
    assert "hunter" not in page + show(owner, "touch-account-edit", "mail") + show(owner, "touch-account", "mail")
    audits = Audit.objects.filter(verb="account.changed").order_by("pk")
    assert [row.detail for row in audits] == [
        {
            "before": {"name": "Mail", "per_minute": 600, "settings.port": "465", "settings.security": "tls"},
            "after": {"name": "Letters", "per_minute": 60, "settings.port": "587", "settings.security": "starttls"},
            "secrets": [],
            "removed": [],
        },
        {"before": {}, "after": {}, "secrets": ["password"], "removed": []},
    ]


@pytest.mark.parametrize("led", [{"host": "smtp.evil.example"}, {"imap_host": "imap.evil.example", "user": "shop"}])
def test_a_secret_goes_to_no_server_that_it_was_not_entered_for(owner: Client, led: dict[str, str]) -> None:
    opened()
    told = {f"field_{name}": value for name, value in led.items()}

    assert "another server or a secret less: enter what is secret again (Password)" in edited(owner, **told)
    assert edited(owner, **told, field_password="known") == ""
    assert secrets() == {"password": "known"}


def test_a_secret_that_the_provider_does_not_need_is_removed_by_a_tick_and_the_audit_names_it(owner: Client) -> None:
    opened()

    both = edited(owner, remove_password="on", field_password="hunter3-secret")
    assert edited(owner, remove_password="on") == ""

    assert "enter it anew or remove it, not both: Password" in both
    assert secrets() == {}
    assert Account.objects.get().secrets is None
    assert "remove_password" not in show(owner, "touch-account-edit", "mail")
    (row,) = Audit.objects.filter(verb="account.changed")
    assert row.detail == {"before": {}, "after": {}, "secrets": [], "removed": ["password"]}


def test_what_a_provider_needs_cannot_be_removed(owner: Client) -> None:
    services.open_account(SYSTEM, "hook", "Hook", "webhook", {"url": "https://example.com/in", "secret": "whsec_" + "a" * 32}, now=NOON)
    seen = queries.account("hook")

    assert "remove_secret" not in show(owner, "touch-account-edit", "hook")
    with pytest.raises(Refusal, match=r"account\.missing"):
        services.change_account(SYSTEM, "hook", "Hook", seen.entered, seen.revision, per_minute=600, now=NOON, removed=["secret"])


def test_where_one_secret_is_removed_no_other_goes_to_its_server_unless_it_is_entered(owner: Client) -> None:
    mailbox = {"imap_host": "imap.example.com", "user": "shop", "imap_password": "box-secret"}
    services.open_account(SYSTEM, "mail", "Mail", "email", MAIL | mailbox, now=NOON)

    assert "a secret less: enter what is secret again (Password)" in edited(owner, remove_imap_password="on")
    assert edited(owner, remove_imap_password="on", field_password="hunter3-secret") == ""

    assert secrets() == {"password": "hunter3-secret"}


def test_who_saves_over_what_another_changed_meanwhile_is_told(owner: Client) -> None:
    opened()
    seen = queries.account("mail")
    edited(owner, name="Letters")

    with pytest.raises(Refusal, match=r"account\.stale"):
        services.change_account(SYSTEM, "mail", "Post", seen.entered, seen.revision, per_minute=600, now=NOON)
    assert Account.objects.get().name == "Letters"


def test_what_waits_in_the_outbox_goes_by_the_account_as_it_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, went = scene.Provider(), []
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    monkeypatch.setattr(desk, "_send", lambda account, messages: iter([went.append(account) or Sent() for _ in messages]))
    scene.account()
    propose([Wish(scene.person("yue"), scene.template().pk, "one", "send:1", NOON)], now=NOON)
    seen = queries.account("mail")
    services.change_account(SYSTEM, "mail", "Mail", {"host": "other"}, seen.revision, per_minute=600, now=NOON)

    services.send_due(NOON, "email")

    assert [(account.get("host"), account.get("password")) for account in went] == [("other", "hunter2")]


def test_a_test_message_goes_through_the_channel_and_into_the_audit(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    desk.outcomes["no@example.com"] = GiveUp("smtp.550", "no such user")
    address = reverse("touch-account-try", args=["mail"])

    taken = owner.post(address, {"to": "lead@example.com", "subject": "Hi", "text": "Does it work?"})
    refused = owner.post(address, {"to": "no@example.com", "subject": "Hi", "text": "Does it work?"})
    nowhere = owner.post(address, {"to": "nobody", "subject": "Hi", "text": "Does it work?"})

    assert [(one.to, one.text) for one in desk.got] == [("lead@example.com", "Does it work?"), ("no@example.com", "Does it work?")]
    assert "The provider took it." in taken.content.decode()
    assert "smtp.550: no such user" in refused.content.decode()
    assert "this is no address" in nowhere.content.decode()
    assert [row.detail for row in Audit.objects.filter(verb="account.tried").order_by("pk")] == [
        {"to": "l***@example.com", "outcome": "sent"},
        {"to": "n***@example.com", "outcome": "giveup"},
    ]


def test_a_channel_that_breaks_says_so_to_who_tries_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider({"a@example.com": RuntimeError("vendor's fault")})
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()

    outcome = services.try_account(SYSTEM, "mail", Trial("a@example.com", "x"), now=NOON)

    assert "vendor's fault" in str(outcome)
    assert not isinstance(outcome, Sent)


def test_an_archived_account_is_shown_and_can_do_nothing(owner: Client) -> None:
    opened()
    owner.post(reverse("touch-account-archive", args=["mail"]))

    found = queries.account("mail")
    assert found is not None
    assert found.state == "archived"
    with pytest.raises(Refusal, match=r"account\.unknown"):
        services.try_account(SYSTEM, "mail", Trial("a@example.com", "x"), now=NOON)
    with pytest.raises(Refusal, match=r"account\.unknown"):
        services.renew_report_address(SYSTEM, "mail", now=NOON)
    with pytest.raises(Refusal, match=r"account\.unknown"):
        services.change_account(SYSTEM, "mail", "Mail", MAIL, found.revision, per_minute=600, now=NOON)
    assert owner.get(reverse("touch-account-edit", args=["mail"])).status_code == 404


def test_an_address_for_reports_is_shown_once_and_kept_as_a_hash(owner: Client) -> None:
    opened()
    services.open_account(SYSTEM, "sms", "SMS", "sms_aliyun", {"key_id": "i", "key_secret": "s", "signature": "店"}, now=NOON)

    page = owner.post(reverse("touch-account-reports", args=["sms"])).content.decode()

    kept = Account.objects.get(code="sms").inbound_token
    token = page.split("/t/reports/")[1].split('"')[0].split("<")[0]
    assert services.token_hash(token) == kept
    assert token not in show(owner, "touch-account", "sms")
    assert "Address made" in show(owner, "touch-account", "sms")
    with pytest.raises(Refusal, match=r"account\.no_reports"):
        services.renew_report_address(SYSTEM, "mail", now=NOON)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("account.code", {"code": "No!"}),
        ("account.channel", {"channel_name": "fax"}),
        ("account.pace", {"per_minute": 0}),
        ("account.missing", {"entered": {}}),
        ("account.long", {"entered": MAIL | {"host": "h" * 3_000}}),
        ("channel.sender", {"entered": MAIL | {"sender": "shop"}}),
    ],
)
def test_an_account_that_cannot_work_is_refused(code: str, changes: dict) -> None:
    terms = {"code": "mail", "name": "Mail", "channel_name": "email", "entered": MAIL, **changes}
    with pytest.raises(Refusal) as refused:
        services.open_account(SYSTEM, now=NOON, **terms)
    assert refused.value.code == code


def test_an_account_that_cannot_work_is_not_made_of_one_that_can(owner: Client) -> None:
    opened()

    assert "the sender is an e-mail address" in edited(owner, field_sender="shop")
    assert "still missing" in str(refused(host=""))
    assert refused(per_minute=0).code == "account.pace"
    assert Account.objects.get().settings["sender"] == "shop@example.com"


def refused(per_minute: int = 600, **entered: str) -> Refusal:
    seen = queries.account("mail")
    with pytest.raises(Refusal) as found:
        services.change_account(SYSTEM, "mail", "Mail", seen.entered | entered, seen.revision, per_minute=per_minute, now=NOON)
    return found.value


def test_who_may_see_settings_only_opens_nothing() -> None:
    opened()
    Staff.objects.get_or_create(username="owner", defaults={"name": "Owner", "role": "owner", "reach": "all"})
    analyst = signed_in(Staff.objects.create(username="ann", name="Ann", role="analyst", reach="all"))

    allowed = {name for name in ("touch-accounts", "touch-account-choose") if analyst.get(reverse(name)).status_code == 200}

    assert "touch-account-choose" not in allowed
    assert analyst.post(reverse("touch-account-try", args=["mail"]), {"to": "a@example.com"}).status_code == 403
    assert analyst.get(reverse("touch-account-edit", args=["mail"])).status_code == 403
