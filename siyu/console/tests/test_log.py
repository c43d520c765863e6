"""The facts explorer and the page of one fact."""

import pytest
from django.apps import apps
from django.utils.translation import override

from siyu.console.facts import Names, in_words
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.members import queries, services
from siyu.merchant.rules import SYSTEM

from .people import NOW, PHONE, live, member, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    live()
    return member("小月")


def text(client, path: str, **asked: str) -> str:
    response = client.get(path, asked)
    assert response.status_code == 200, (response.status_code, path)
    return response.content.decode()


@pytest.mark.parametrize(("language", "title"), [("en", "order.paid"), ("zh-hans", "支付订单")])
def test_facts_of_the_last_days_stand_with_their_titles_and_without_personal_values(pool, language, title):
    page = text(visitor(language=language), "/facts", range="90")
    assert title in page
    assert "A-1002" in page
    assert PHONE not in page
    assert "林小月" not in page
    assert 'data-chart="chart-facts-option"' in page


def test_a_trait_that_was_cleared_has_no_value_in_the_log_and_none_on_the_member(pool):
    client = visitor()
    assert "杭州" in text(client, f"/members/{pool.public_id}")
    said = Incoming(
        name="member.identified",
        occurred_at=NOW,
        message="cleared",
        handles=[Handle("user_id", "u1")],
        properties={"traits": {"city": None}},
    )
    record([said], source="lesson", received_at=NOW)
    pump(NOW)

    fact = next(row for row in queries.timeline(pool.pk, limit=200) if row.name == "member.identified")
    page = text(client, f"/facts/{round(fact.occurred_at.timestamp() * 1_000_000)}/{fact.id}")

    assert "traits.city" in page
    assert "None" not in page
    assert "杭州" not in text(client, f"/members/{pool.public_id}")


def test_facts_are_narrowed_by_name_and_member(pool):
    client = visitor()
    named = text(client, "/facts", range="90", name="consent.given")
    assert "form 3" in named
    assert "A-1002" not in named
    theirs = text(client, "/facts", range="90", member="阿杰")
    assert "阿杰" in theirs
    assert "A-1002" not in theirs
    assert "No fact of these days matches" in text(client, "/facts", range="90", member="no such person")


def test_facts_outside_the_days_are_not_shown(pool):
    page = text(visitor(), "/facts", **{"from": "2020-01-01", "to": "2020-01-31"})
    assert "No fact of these days matches" in page


def test_the_chart_comes_as_csv(pool):
    response = visitor().get("/facts", {"range": "90", "csv": "facts"})
    assert len(b"".join(response.streaming_content).decode().splitlines()) == 91


def test_a_narrowed_analyst_reads_facts_of_own_stores_only(pool):
    store = apps.get_model("merchant.Store").objects.create(code="s1", name="East")
    client = visitor("analyst", "store", store=store)
    assert "A-1002" not in text(client, "/facts", range="90")
    services.assign_assistants(SYSTEM, [(pool.pk, None, store.pk)])
    page = text(client, "/facts", range="90")
    assert "A-1002" in page
    assert "阿杰" not in page


def test_a_fact_leads_to_its_order_its_points_and_what_it_caused(pool):
    from siyu.console.facts import fact_url

    paid = next(row for row in queries.timeline(pool.pk, limit=200) if row.name == "order.paid")
    url = fact_url(paid.occurred_at, paid.id)
    page = text(visitor(), url)
    order = apps.get_model("orders.Order").objects.get(number=paid.properties["order_number"])
    assert f"/orders/{order.pk}" in page
    assert "Points for purchases" in page
    store = apps.get_model("merchant.Store").objects.create(code="s2", name="West")
    assert visitor("analyst", "store", store=store).get(url).status_code == 404
    caused = next(row for row in queries.timeline(pool.pk, limit=200) if row.cause_id)
    assert "Caused by" in text(visitor(), fact_url(caused.occurred_at, caused.id))


@pytest.mark.parametrize(
    "path",
    ["/facts/0/1", "/facts/99999999999999999999999/1", f"/facts/{int(NOW.timestamp()) * 1_000_000}/99999999999999999999"],
    ids=["long ago", "beyond time", "too high a number"],  # the clock in an id would differ between processes
)
def test_an_unknown_fact_is_not_found(pool, path):
    assert visitor().get(path).status_code == 404


def test_facts_turn_pages_without_loss(pool, monkeypatch):
    monkeypatch.setattr("siyu.console.log.explorer.paged", lambda *given, **named: _paged(*given, size=3, **named))
    client, url, seen = visitor(), "/facts?range=90", 0
    for _ in range(30):
        page = client.get(url).content.decode()
        seen += page.count('href="/facts/')
        if 'rel="next"' not in page:
            break
        url = "/facts" + page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    with_handle = sum(len(queries.timeline(one.pk, limit=200)) for one in (pool, member("阿杰")))
    assert seen == with_handle


def _paged(*given, **named):
    from siyu.lib.web.keyset import paged

    return paged(*given, **named)


@pytest.mark.parametrize(
    ("name", "properties", "said"),
    [
        ("audience.entered", {"audience": 7, "because": "fact"}, "Asleep"),
        ("journey.entered", {"journey": "welcome", "version": 1, "key": ""}, "Welcome"),
        ("touch.sent", {"touch": "01a2", "medium": "inbox", "purpose": "service"}, "Member centre inbox · Service"),
        ("touch.sent", {"touch": "01a2", "medium": "task", "purpose": "service"}, "Staff task · Service"),
        ("touch.sent", {"touch": "01a2", "medium": "pigeon", "purpose": "service"}, ""),
        ("consent.given", {"purpose": "marketing", "channel": "sms"}, "Marketing · SMS"),
        ("tier.changed", {"from": "silver", "to": "gold", "why": "reached"}, "Silver → Gold"),
        ("tier.changed", {"from": "", "to": "gold"}, "Gold"),
        ("stage.changed", {"clock": "ladder", "to": "friend"}, "Relationship ladder: Friend"),
        ("audience.entered", {"audience": 8}, ""),
        ("page.viewed", {"path": "/"}, ""),
    ],
)
def test_a_timeline_tells_what_the_house_made_by_its_names(name, properties, said):
    names = Names({"7": "Asleep"}, {"welcome": "Welcome"}, {"silver": "Silver", "gold": "Gold"})
    with override("en"):
        assert in_words(name, properties, names) == said
