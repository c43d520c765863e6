"""Every address of the program × every role, in both languages: who may enters, who may not is told so, nothing comes from elsewhere."""

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from siyu.console.facts import fact_url
from siyu.console.tests.people import PHONE, live, member
from siyu.members import queries
from siyu.merchant.rules import PERMISSIONS, REACHES, Role

pytestmark = pytest.mark.django_db
OUTSIDE = re.compile(r"""(?:src|href|action|hx-get|hx-post)=["'](?:[a-z]+:)?//(?!testserver)[^"']*""", re.IGNORECASE)
ELSEWHERE = ("healthz", "api", "m/")  # answered for machines, guarded by keys; members' pages are walked in siyu/portal/tests/test_pages.py


def patterns(resolver=None, prefix: str = ""):
    """(path as written, view, name) of every page."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        elif isinstance(entry, URLPattern) and not path.startswith(ELSEWHERE):
            yield path, entry.callback, entry.name


PAGES = sorted(patterns(), key=lambda page: page[0])


@pytest.fixture
def pool():
    """Something behind every address: a member, an order, a fact, a refused message, an import …"""
    live()
    return things()


def things() -> dict[str, list]:
    """Arguments of the addresses that need some, by name; others get a number that nothing has."""
    one = member("小月")
    rows = queries.timeline(one.pk, limit=200)
    paid = next(row for row in rows if row.name == "order.paid")
    found: dict[str, list] = {
        "member": [one.public_id],
        "order": [apps.get_model("orders.Order").objects.first().pk],
        "product": [apps.get_model("orders.Product").objects.first().pk],
        "channel": [apps.get_model("acquisition.Channel").objects.first().pk],
        "fact": list(map(int, fact_url(paid.occurred_at, paid.id).split("/")[-2:])),
    }
    handle = queries.identities([one.pk])[0]
    found |= {"member-reveal": [one.public_id, handle.id], "member-reveal-trait": [one.public_id, "name"]}
    found |= {name: [one.public_id] for name in ("member-tag", "member-assistant", "member-merge")}
    return found


def address(path: str, name: str, found: dict[str, list]) -> str:
    """The address with what lies behind it, or with what nothing has."""
    if name in found:
        return reverse(name, args=found[name])
    filled = re.sub(r"<int:\w+>", "999999", path)
    filled = re.sub(r"<day:\w+>", "2026-01-01", filled)
    filled = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", filled)
    filled = re.sub(r"<(?:str|slug):\w+>", "nothing-has-this", filled)
    return "/" + re.sub(r"<\w+:\w+>|<\w+>", "nothing-has-this", filled)


def visitor(role: Role, language: str) -> Client:
    names = apps.get_model("merchant.Staff").objects
    reach = REACHES[role][0].value
    store = apps.get_model("merchant.Store").objects.get_or_create(code="s", defaults={"name": "S"})[0] if reach == "store" else None
    client = Client()
    client.force_login(names.create(username=f"{role}{names.count()}", name="Lin", role=role, reach=reach, language=language, store=store))
    return client


def test_every_page_wears_exactly_one_guard():
    naked = [path for path, view, _name in PAGES if not hasattr(view, "required_permission")]
    assert naked == []


def test_the_walk_meets_the_whole_program():
    names = {name for _path, _view, name in PAGES}
    assert {"home", "members", "member", "facts", "quarantine", "imports", "orders", "channels", "settings", "staff", "audit"} <= names


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("role", list(Role))
def test_a_role_enters_where_it_may_and_nowhere_else(pool, role, language):
    client, wrong, foreign = visitor(role, language), [], []
    for path, view, name in PAGES:
        if name in ("logout", "login"):
            continue
        url = address(path, name, pool)
        response = client.get(url)
        may = not view.required_permission or view.required_permission in PERMISSIONS[role]
        allowed = {200, 302, 404, 405} if may else {403}
        if response.status_code not in allowed:
            wrong.append((url, response.status_code, sorted(allowed)))
        if response.status_code == 200 and not response.streaming:
            foreign += [(url, found) for found in OUTSIDE.findall(response.content.decode())]
        if not response.streaming and PHONE in response.content.decode():
            wrong.append((url, "shows a phone in plain"))
    assert wrong == []
    assert foreign == []


def test_a_whole_view_finds_what_lies_behind_the_addresses(pool):
    client = visitor(Role.OWNER, "en")
    opened = [name for path, _view, name in PAGES if client.get(address(path, name, pool)).status_code == 200]
    assert {"member", "order", "product", "channel", "fact", "member-assistant", "member-merge"} <= set(opened)


def test_strangers_are_sent_to_the_log_in_from_everywhere(pool):
    client, wrong = Client(), []
    for path, view, name in PAGES:
        response = client.get(address(path, name, pool))
        is_public = view.required_permission is None
        if not is_public and not (response.status_code == 302 and response["Location"].startswith("/login")):
            wrong.append((path, response.status_code))
        if is_public and response.status_code not in (200, 302, 404, 405):  # 404: a link or picture that nothing has
            wrong.append((path, response.status_code))
    assert wrong == []
