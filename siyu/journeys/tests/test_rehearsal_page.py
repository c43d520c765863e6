"""The page of a rehearsal: asked for there, walked by the worker, read step by step."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from siyu.journeys import services
from siyu.journeys.models import KeptRehearsal
from siyu.journeys.rehearsal import jobs
from siyu.journeys.rehearsal.result import counts_of
from siyu.journeys.tests.given import chain, say, tell
from siyu.journeys.tests.test_rehearsal import template
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM
from siyu.touches.tests import scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)


@pytest.fixture
def owner() -> Client:
    scene.assistant("ana")
    staff = Staff.objects.get(username="owner")
    staff.language = "en"
    staff.save()
    client = Client()
    client.force_login(staff, backend="siyu.merchant.access.StaffBackend")
    return client


def drafted() -> str:
    now = utc_now()
    template("hello")
    scene.person("yue", now - timedelta(days=30), nickname="小月")
    services.create(SYSTEM, "j", "旅程", chain({"step": "touch", "template": "hello"}, {"step": "wait", "days": 9}), now=now)
    tell(say("page.viewed", "yue", now - timedelta(days=2)))
    return reverse("journey-rehearsal", args=["j"])


def test_it_is_asked_for_walked_and_shown(owner: Client) -> None:
    url = drafted()
    asked = owner.get(url).content.decode()
    assert "Over the last days" in asked
    assert 'type="submit">' in asked
    assert "csrfmiddlewaretoken" in asked

    assert owner.post(url, {"days": "30"}).status_code == 302
    assert "looks again by itself" in owner.get(url).content.decode()
    jobs.perform("j")

    shown = owner.get(url).content.decode()
    assert "Would have entered" in shown
    assert "would have been sent: " in shown
    assert '"numbers": {"entered": 1' in shown, "the canvas draws the numbers of the rehearsal"
    kept = KeptRehearsal.objects.get()
    assert (kept.state, kept.told["entered"], kept.told["steps"]) == ("done", 1, {"s2": 1})
    counts = counts_of(kept.told)
    assert (counts.entered, counts.under_way, dict(counts.ways)) == (1, 1, {("s1", "next"): 1})


def test_an_absurd_number_of_days_a_faulty_draft_and_strangers_are_refused(owner: Client) -> None:
    url = drafted()
    assert owner.post(url, {"days": "0"}).status_code == 200
    assert not KeptRehearsal.objects.exists()

    services.create(SYSTEM, "bad", "坏的", chain({"step": "wait"}), now=utc_now())
    with pytest.raises(Refusal) as caught:
        jobs.ask(SYSTEM, "bad", 30, now=utc_now())
    assert caught.value.code == "journey.invalid"
    assert Client().get(url).status_code == 302
    assert owner.get(reverse("journey-rehearsal", args=["nobody"])).status_code == 404


def test_what_fails_is_said(owner: Client) -> None:
    url = drafted()
    owner.post(url, {"days": "30"})
    KeptRehearsal.objects.update(days=9_999)

    jobs.perform("j")

    assert "alert-danger" in owner.get(url).content.decode()
