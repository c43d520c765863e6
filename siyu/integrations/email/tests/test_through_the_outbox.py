"""From a wish to a mail server that really answers, and what becomes of each touch."""

import pytest

from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches import services
from siyu.touches.models import BadAddress, Touch
from siyu.touches.services import Trial, Wish, propose
from siyu.touches.tests import scene
from siyu.touches.tests.scene import NOON, hours

from .test_outbound import mail_server

pytestmark = pytest.mark.django_db


def test_what_a_real_server_says_becomes_of_each_touch() -> None:
    set_setting(SYSTEM, "touches.quiet_hours", {}, scene.EARLIER.date(), now=scene.EARLIER)
    names = ("yue", "full", "gone", "cut", "lan")
    with mail_server() as (server, account):
        services.open_account(SYSTEM, "smtp", "SMTP", "email", dict(account.settings), now=NOON)
        template = scene.template("email", html="<p>Dear {{ member.name }}</p>")
        members = {name: scene.person(name) for name in names}
        propose([Wish(member, template.pk, name, "send:1", NOON) for name, member in members.items()], now=NOON)

        handed = services.send_due(NOON, "email")
        again = services.send_due(NOON + hours(1), "email")

    found = dict(Touch.objects.values_list("key", "status"))
    assert (handed, again) == (5, 1)  # only who was put off is tried again; of whom nobody knows is left alone
    assert found == {"yue": "sent", "full": "reserved", "gone": "failed", "cut": "unknown", "lan": "sent"}
    assert len(server.mails) == 2
    assert Touch.objects.get(key="yue").receipt == "2.0.0 queued as 42"
    assert Touch.objects.get(key="full").why == "provider.busy"
    assert BadAddress.objects.get().because.startswith("smtp.550")


def test_a_test_message_is_a_real_mail() -> None:
    with mail_server() as (server, account):
        services.open_account(SYSTEM, "smtp", "SMTP", "email", dict(account.settings), now=NOON)
        outcomes = [
            type(services.try_account(SYSTEM, "smtp", Trial(to, "Does it work?", "A test"), now=NOON)).__name__
            for to in ("lead@example.com", "gone@example.com", "full@example.com")
        ]

    assert outcomes == ["Sent", "GiveUp", "Retry"]
    assert b"Does it work?" in server.mails[0]
    assert Touch.objects.count() == 0
