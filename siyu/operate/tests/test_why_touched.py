"""`siyu why MEMBER journeys` and `touches`: the path with its facts, the gate's answers, and who was left alone and why."""

from collections.abc import Callable

import pytest
from django.core.management import call_command

from siyu.facts.pump import pump
from siyu.journeys.tests.given import DAY, HOUR, chain, publish, say, tell
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import Template
from siyu.touches.services import archive_template
from siyu.touches.tests.scene import NOON, person, template

pytestmark = pytest.mark.django_db
Ask = Callable[..., str]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setattr("siyu.operate.management.commands.why.utc_now", lambda: NOON + 5 * DAY)
    made = template()
    Template.objects.filter(pk=made.pk).update(code="t")

    def answer(*words: str) -> str:
        capsys.readouterr()
        call_command("why", *words)
        return capsys.readouterr().out

    return answer


def test_a_journey_is_told_step_by_step_with_what_led_on(ask: Ask) -> None:
    person("anna"), person("bo", agrees=False)
    wait = {"step": "wait_until", "fact": "order.paid", "days": 3, "next": {"happened": "s3", "timeout": "s3"}}
    publish(chain({"step": "touch", "template": "t"}, wait, {"step": "end"}), now=NOON)
    tell(say("page.viewed", "anna", NOON), say("page.viewed", "bo", NOON))
    tell(say("order.paid", "anna", NOON + HOUR, shop="web", order_number="A1", amount_minor=100, currency="CNY"))

    anna, bo = ask("anna", "journeys"), ask("bo", "journeys")

    assert "旅程 j (j, version 1) entered 2026-05-05 12:00:00" in anna
    assert "s1 → next 2026-05-05 12:00:00: fact page.viewed #" in anna
    assert "; email reserved" in anna
    assert "s2 → happened 2026-05-05 13:00:00: fact order.paid #" in anna
    assert "walked to the end 2026-05-05 13:00:00" in anna
    assert "email refused (consent.missing: marketing email)" in bo
    assert "under way at step s2 since 2026-05-05 12:00:00, goes on at 2026-05-08 12:00:00" in bo


def test_who_is_set_aside_and_who_never_entered_are_told(ask: Ask) -> None:
    person("anna"), person("bo")
    publish(chain({"step": "touch", "template": "t"}, {"step": "end"}), now=NOON)
    archive_template(SYSTEM, "t", now=NOON)
    tell(say("page.viewed", "anna", NOON))

    assert "set aside: tried again when staff say so at step s1 since 2026-05-05 12:00:00 (template.unknown: " in ask("anna", "journeys")
    assert "Journeys: none was ever entered" in ask("bo", "journeys")


def test_a_touch_is_told_with_who_wanted_it_and_what_became_of_it(ask: Ask) -> None:
    person("anna"), person("bo", agrees=False)
    publish(chain({"step": "touch", "template": "t"}, {"step": "end"}), now=NOON)
    tell(say("page.viewed", "anna", NOON), say("page.viewed", "bo", NOON))
    pump(NOON)

    anna, bo = ask("anna", "touches"), ask("bo", "touches")

    assert "email “A template” (marketing) wanted 2026-05-05 12:00:00 by journey:j" in anna
    assert "reserved, at 2026-05-05 12:00:00" in anna
    assert "refused (consent.missing: marketing email)" in bo
