"""The pages: who may open which, and what an owner does there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from siyu.lib.clock import utc_now
from siyu.merchant import queries, services, urls
from siyu.merchant.models import Alarm, Audit, Key, Region, Shop, Staff, Store
from siyu.merchant.rules import PERMISSIONS, SYSTEM, Actor, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trial_settings")]


@pytest.fixture
def things(boss: Actor) -> SimpleNamespace:
    """One of each, so that every address has something to show."""
    services.raise_alarm("pump.stopped", "", "a column is missing", utc_now())
    services.create_key(boss, "write", "web")
    tomorrow = queries.today(utc_now()) + timedelta(days=1)
    services.set_setting(boss, "merchant.name", "Tea house", tomorrow)
    return SimpleNamespace(
        region=services.create_region(boss, "East"),
        store=services.create_store(boss, "e1", "East 1"),
        shop=services.create_shop(boss, "web", "Web"),
        staff=services.create_staff(boss, "ana", "Ana", "analyst").id,
        key=Key.objects.get().pk,
        alarm=Alarm.objects.get().pk,
        tomorrow=tomorrow,
    )


def address(pattern: URLPattern, things: SimpleNamespace) -> str:
    name = str(pattern.name)
    arguments = {
        "setting": ["merchant.name"],
        "setting-withdraw": ["merchant.name", things.tomorrow],
    }.get(name)
    if arguments is None and "<int:pk>" in str(pattern.pattern):
        arguments = [getattr(things, name.partition("-")[0])]
    return reverse(name, args=arguments or [])


def guarded() -> Iterator[URLPattern]:
    return (pattern for pattern in urls.urlpatterns if pattern.callback.required_permission)


def test_every_page_wears_a_guard() -> None:
    unmarked = [pattern.name for pattern in urls.urlpatterns if not hasattr(pattern.callback, "required_permission")]
    public = {pattern.name for pattern in urls.urlpatterns if pattern.callback.required_permission is None}

    assert unmarked == []
    assert public == {"login", "preferences"}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_exactly_the_pages_it_may(client: Client, boss: Actor, things: SimpleNamespace, role: Role) -> None:
    store = things.store if role is Role.STORE_MANAGER else None
    client.force_login(Staff.objects.get(pk=services.create_staff(boss, "someone", "Someone", role, store_id=store).id))

    answers = {pattern.name: client.get(address(pattern, things)).status_code for pattern in guarded()}

    may = {pattern.name: 200 if pattern.callback.required_permission in PERMISSIONS[role] else 403 for pattern in guarded()}
    assert answers == may


def test_strangers_are_sent_to_the_log_in_and_write_nothing(client: Client, things: SimpleNamespace) -> None:
    before = Audit.objects.count()

    for pattern in urls.urlpatterns:
        if pattern.callback.required_permission is not None:
            for ask in (client.get, client.post):
                response = ask(address(pattern, things))
                assert response.headers["Location"].startswith("/login"), pattern.name

    assert Audit.objects.count() == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_who_may_not_open_a_page_may_not_send_its_form(client: Client, boss: Actor, things: SimpleNamespace, role: Role) -> None:
    store = things.store if role is Role.STORE_MANAGER else None
    client.force_login(Staff.objects.get(pk=services.create_staff(boss, "someone", "Someone", role, store_id=store).id))
    before = Audit.objects.count()

    refused = [pattern for pattern in guarded() if pattern.callback.required_permission not in PERMISSIONS[role]]
    assert [client.post(address(pattern, things)).status_code for pattern in refused] == [403] * len(refused)

    assert Audit.objects.count() == before


def test_a_refusal_speaks_the_readers_language(boss_client: Client, boss: Actor) -> None:
    form = {"username": "boss", "name": "Again", "role": "analyst", "reach": "", "region_id": "", "store_id": ""}

    assert "用户名 boss 已被使用" in boss_client.post("/staff/new", form).content.decode()
    services.change_preferences(boss, "en", "light")
    assert "already a staff member with the user name boss" in boss_client.post("/staff/new", form).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_has_an_inline_script_or_leans_on_another_host(
    boss_client: Client, boss: Actor, things: SimpleNamespace, language: str
) -> None:
    services.change_preferences(boss, language, "light")

    for pattern in guarded():
        page = boss_client.get(address(pattern, things)).content.decode()
        title = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
        assert title is not None, pattern.name
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page), pattern.name
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", page), pattern.name


def test_an_owner_sets_a_setting_from_a_day_on(boss_client: Client) -> None:
    today = queries.today(utc_now())

    page = boss_client.get("/settings/trial.days").content.decode()
    assert 'value="7"' in page
    response = boss_client.post("/settings/trial.days", {"value": "9", "from_day": str(today)})

    assert response.headers["Location"] == "/settings"
    assert queries.settings_book().value("trial.days", today) == 9


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("trial.steps", "[1, 2]", [1, 2]),
        ("trial.rates", '{"a": 2}', {"a": 2}),
        ("trial.is_on", "on", True),
        ("trial.is_on", "", False),
        ("merchant.name", "茶馆", "茶馆"),
    ],
)
def test_each_kind_of_setting_has_its_field(boss_client: Client, name: str, typed: str, value: object) -> None:
    today = queries.today(utc_now())

    response = boss_client.post(f"/settings/{name}", {"value": typed, "from_day": str(today)})

    assert response.status_code == 302
    assert queries.settings_book().value(name, today) == value


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("trial.days", {"value": "0", "from_day": "2099-01-01"}),
        ("trial.days", {"value": "x", "from_day": "2099-01-01"}),
        ("trial.days", {"value": "9", "from_day": "2001-01-01"}),
        ("trial.days", {"value": "9", "from_day": "soon"}),
        ("trial.steps", {"value": "[1,", "from_day": "2099-01-01"}),
        ("trial.steps", {"value": "", "from_day": "2099-01-01"}),
        ("trial.rates", {"value": "[1]", "from_day": "2099-01-01"}),
    ],
)
def test_what_a_setting_refuses_is_said_beside_the_form(boss_client: Client, name: str, form: dict[str, str]) -> None:
    page = boss_client.post(f"/settings/{name}", form)

    assert page.status_code == 200
    assert re.search("alert-danger|invalid-feedback", page.content.decode())
    assert not Audit.objects.filter(verb="setting.set").exists()


def test_a_scheduled_value_is_shown_and_withdrawn(boss_client: Client, things: SimpleNamespace) -> None:
    assert "Tea house" in boss_client.get("/settings").content.decode()

    boss_client.post(f"/settings/merchant.name/{things.tomorrow}/withdraw")

    assert "Tea house" not in boss_client.get("/settings").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/settings/unheard",
        "/organisation/stores/9999",
        "/staff/9999",
        "/keys/9999/revoke",
        "/alarms/9999/clear",
        "/settings/a/2026-13-40/withdraw",
    ],
)
def test_what_does_not_exist_is_not_found(boss_client: Client, path: str) -> None:
    assert boss_client.get(path).status_code == 404


def test_an_owner_makes_changes_and_archives_a_place(boss_client: Client) -> None:
    boss_client.post("/organisation/regions/new", {"name": "East"})
    region = Region.objects.get()
    boss_client.post("/organisation/stores/new", {"code": "e1", "name": "East 1", "region_id": region.pk})
    boss_client.post("/organisation/shops/new", {"code": "web", "name": "Web", "kind": "online"})
    store, shop = Store.objects.get(), Shop.objects.get()

    assert "East 1" in boss_client.get("/organisation").content.decode()
    assert "alert-danger" in boss_client.post(f"/organisation/regions/{region.pk}/archive").content.decode()
    assert Region.objects.get().archived_at is None
    boss_client.post(f"/organisation/stores/{store.pk}", {"name": "East one", "region_id": ""})
    boss_client.post(f"/organisation/regions/{region.pk}/archive")
    boss_client.post(f"/organisation/shops/{shop.pk}", {"name": "Counter", "kind": "store"})

    assert Region.objects.get().archived_at is not None
    assert Store.objects.values_list("name", "region").get() == ("East one", None)
    assert Shop.objects.values_list("name", "kind").get() == ("Counter", "store")
    assert "East" in boss_client.get("/organisation/regions?archived=on").content.decode()

    boss_client.post(f"/organisation/regions/{region.pk}/restore")

    assert Region.objects.get().archived_at is None


def test_an_owner_makes_a_staff_member_who_can_log_in_with_the_password_shown(boss_client: Client) -> None:
    form = {"username": "mia", "name": "Mia", "role": "analyst", "reach": "", "region_id": "", "store_id": ""}
    page = boss_client.post("/staff/new", form)

    password = re.search(r'data-copy="([^"]+)"', page.content.decode())
    assert password is not None
    assert "no-store" in page.headers["Cache-Control"]
    assert Client().post("/login", {"username": "mia", "password": password[1]}).status_code == 302


def test_a_role_that_needs_a_store_says_so_beside_the_form(boss_client: Client) -> None:
    form = {"username": "mia", "name": "Mia", "role": "store_manager", "reach": "", "region_id": "", "store_id": ""}
    page = boss_client.post("/staff/new", form)

    assert "alert-danger" in page.content.decode()
    assert Staff.objects.count() == 1


def test_an_owner_changes_archives_and_lets_return(boss_client: Client, things: SimpleNamespace) -> None:
    staff = f"/staff/{things.staff}"
    boss_client.post(staff, {"name": "Anna", "role": "store_manager", "reach": "", "region_id": "", "store_id": things.store})
    boss_client.post(f"{staff}/archive")

    row = Staff.objects.get(pk=things.staff)
    assert (row.name, row.role, row.reach, row.store_id) == ("Anna", "store_manager", "store", things.store)
    assert row.archived_at is not None
    assert "Anna" not in boss_client.get("/staff").content.decode()
    assert "Anna" in boss_client.get("/staff?archived=on").content.decode()

    assert "data-copy" in boss_client.post(f"{staff}/restore").content.decode()
    assert "data-copy" in boss_client.post(f"{staff}/password").content.decode()


def test_a_key_is_shown_once_and_revoked(boss_client: Client) -> None:
    page = boss_client.post("/keys/new", {"kind": "write", "name": "app", "source": "mini"})
    shown = re.search(r'data-copy="(siyu_w_\w+)"', page.content.decode())

    assert shown is not None
    found = queries.find_key("write", shown[1])
    assert found is not None
    assert found.source == "mini"
    listed = boss_client.get("/keys").content.decode()
    assert shown[1] not in listed
    assert f"…{shown[1][-4:]}" in listed

    boss_client.post(f"/keys/{found.id}/revoke")

    assert queries.find_key("write", shown[1]) is None


def test_the_audit_is_filtered_paged_and_exported(boss_client: Client, boss: Actor) -> None:
    for number in range(60):
        services.audit(boss, "trial.done", f"trial:{number}", {"n": number})

    first = boss_client.get("/audit?verb=trial.").content.decode()
    cursor = re.search(r'rel="next" href="\?([^"]+)"', first)
    assert "trial:59" in first
    assert "trial:5<" not in first
    assert cursor is not None
    second = boss_client.get("/audit?" + cursor[1].replace("&amp;", "&")).content.decode()
    assert "trial:5<" in second
    assert "trial:59" not in second

    file = b"".join(boss_client.get("/audit?verb=trial.&csv=1")).decode("utf-8-sig").splitlines()
    assert file[0].startswith("at,actor_kind")
    assert len(file) == 61
    only = b"".join(boss_client.get("/audit?subject=trial:7&csv=1")).decode("utf-8-sig").splitlines()
    assert len(only) == 2


def test_an_alarm_is_listed_and_cleared(boss_client: Client, things: SimpleNamespace) -> None:
    assert "a column is missing" in boss_client.get("/alarms").content.decode()

    boss_client.post(f"/alarms/{things.alarm}/clear")

    assert queries.open_alarms() == []
    assert "Boss" in boss_client.get("/alarms?cleared=1").content.decode()


def test_who_may_not_repair_sees_alarms_without_a_button(client: Client, things: SimpleNamespace) -> None:
    client.force_login(Staff.objects.get(pk=things.staff))

    page = client.get("/alarms").content.decode()

    assert "a column is missing" in page
    assert f"/alarms/{things.alarm}/clear" not in page


def test_a_region_reaches_the_stores_it_has_now(client: Client, boss: Actor) -> None:
    from siyu.merchant.access import viewer_of

    region = services.create_region(SYSTEM, "East")
    manager = services.create_staff(boss, "mia", "Mia", "store_manager", "region", region).id
    assert viewer_of(Staff.objects.get(pk=manager)).scope.store_ids == ()

    store = services.create_store(SYSTEM, "e1", "East 1", region)

    assert viewer_of(Staff.objects.get(pk=manager)).scope.store_ids == (store,)
