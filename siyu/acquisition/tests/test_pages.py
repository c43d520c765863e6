"""The channels' pages: who may open them, what a person does there."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from siyu.acquisition import services, urls
from siyu.acquisition.models import Channel, ChannelRule, Cost
from siyu.acquisition.reactions import attribute
from siyu.lib.clock import utc_now
from siyu.merchant.rules import PERMISSIONS, SYSTEM, Role
from siyu.merchant.services import create_staff
from siyu.orders.tests.builders import NOON, batch_of, fact, handle
from siyu.orders.tests.test_pages import cells

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
RANGE = "from=2026-03-01&to=2026-03-02"


def client_of(role: Role, **reach: object) -> Client:
    made = create_staff(SYSTEM, f"a-{role}", "Ana", role, **reach)  # type: ignore[arg-type]
    browser = Client()
    browser.force_login(apps.get_model("merchant", "Staff").objects.get(pk=made.id))
    return browser


@pytest.fixture
def live() -> int:
    """A channel with a rule, a cost and an arrival."""
    made = services.create_channel(SYSTEM, "live", "Live room", "short_video", now=NOON)
    services.add_rule(SYSTEM, made, 1, source="douyin")
    services.enter_cost(SYSTEM, made, DAY, DAY, 12_300, now=NOON)
    with connection.cursor() as cursor:
        attribute(cursor.cursor, batch_of([fact("page.viewed", NOON, handle(), utm_source="douyin", code="poster-7")]))
    return made


def addresses(live: int) -> dict[str, str]:
    pks = {"cost-archive": Cost.objects.get().pk, "channel-rule-remove": ChannelRule.objects.get().pk}
    pks |= {name: live for name in ("channel", "channel-edit", "channel-archive", "channel-restore")}
    return {str(p.name): reverse(str(p.name), args=[pks[str(p.name)]] if str(p.name) in pks else []) for p in urls.urlpatterns}


@pytest.mark.parametrize("role", [Role.OWNER, Role.ANALYST, Role.FINANCE, Role.SHOP_ASSISTANT])
def test_each_role_opens_exactly_the_pages_it_may(live: int, role: Role) -> None:
    browser = client_of(role)

    answers = {name: browser.get(url).status_code for name, url in addresses(live).items()}

    needed = {str(p.name): p.callback.required_permission for p in urls.urlpatterns}
    opens = {name: 302 if name == "channel-restore" else 200 for name in answers}
    assert answers == {name: opens[name] if needed[name] in PERMISSIONS[role] else 403 for name in answers}


def test_the_list_shows_figures_of_the_range_and_carries_them_along(live: int) -> None:
    browser = client_of(Role.OWNER)

    page = browser.get(f"{reverse('channels')}?{RANGE}").content.decode()
    lines = cells(browser.get(f"{reverse('channels')}?{RANGE}&csv=channels"))
    days = cells(browser.get(f"{reverse('channels')}?{RANGE}&csv=arrivals"))

    assert "Live room" in page
    assert "123.00" in page
    assert lines[1] == ["live", "Live room", "short_video", "1", "1", "1", "0", "123.00", "123.00"]
    assert [row[1] for row in days[1:]] == ["1", "0"]
    assert "poster-7" in browser.get(f"{reverse('channel', args=[live])}?{RANGE}").content.decode()


def test_a_narrowed_scope_sees_no_cost(live: int) -> None:
    store = apps.get_model("merchant", "Store").objects.create(code="n", name="North")
    browser = client_of(Role.FINANCE, reach="store", store_id=store.pk)

    for name in ("channels", "costs"):
        assert "123.00" not in browser.get(f"{reverse(name)}?{RANGE}").content.decode()
    assert "123.00" not in browser.get(f"{reverse('channel', args=[live])}?{RANGE}").content.decode()


def test_a_person_makes_a_channel_enters_its_cost_and_takes_it_out_again(live: int) -> None:
    browser = client_of(Role.OPERATOR)

    assert browser.post(reverse("channel-new"), {"code": "kol", "name": "KOL", "kind": "partner"}).status_code == 302
    kol = Channel.objects.get(code="kol")
    cost = {"channel_id": kol.pk, "from_day": "2026-03-01", "to_day": "2026-03-31", "amount": "99.99", "note": "first"}
    assert browser.post(reverse("cost-new"), cost).status_code == 302
    entered = Cost.objects.get(channel=kol)
    assert (entered.amount_minor, entered.to_day, entered.entered_by) == (9999, date(2026, 3, 31), "Ana")
    browser.post(reverse("cost-archive", args=[entered.pk]))
    browser.post(reverse("channel-archive", args=[kol.pk]))
    browser.post(reverse("channel-rule-remove", args=[ChannelRule.objects.get().pk]))

    kol.refresh_from_db()
    assert (kol.archived_at is not None, Cost.objects.get(channel=kol).archived_at is not None) == (True, True)
    assert not ChannelRule.objects.exists()
    browser.post(reverse("channel-restore", args=[kol.pk]))
    assert Channel.objects.get(pk=kol.pk).archived_at is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("channel-new", {"code": "live", "name": "Again", "kind": "ad"}),
        ("channel-new", {"code": "utm:x", "name": "X", "kind": "ad"}),
        ("channel-rule-new", {"channel_id": "{live}", "rank": "1"}),
        ("cost-new", {"channel_id": "{live}", "from_day": "2026-03-02", "to_day": "2026-03-01", "amount": "1"}),
        ("cost-new", {"channel_id": "{live}", "from_day": "2026-03-01", "to_day": "2026-03-01", "amount": "-1"}),
    ],
)
def test_what_is_refused_stands_beside_the_form(live: int, name: str, told: dict[str, str]) -> None:
    browser = client_of(Role.OPERATOR)

    answer = browser.post(reverse(name), {key: value.format(live=live) for key, value in told.items()})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert (Channel.objects.count(), ChannelRule.objects.count(), Cost.objects.count()) == (1, 1, 1)


def test_pages_of_nothing_are_404_and_empty_lists_say_so() -> None:
    browser = client_of(Role.OWNER)

    assert browser.get(reverse("channel", args=[1])).status_code == 404
    assert browser.get(reverse("cost-archive", args=[1])).status_code == 404
    assert browser.get(reverse("channel-rule-remove", args=[1])).status_code == 404
    for name in ("channels", "costs", "channel-rules"):
        assert 'class="empty"' in browser.get(reverse(name)).content.decode()


def test_today_is_offered_for_a_cost(live: int) -> None:
    page = client_of(Role.OPERATOR).get(reverse("cost-new")).content.decode()

    assert str(utc_now().year) in page
