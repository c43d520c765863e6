"""Every address of the member centre × stranger, staff, member, another member; both languages; small; nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.test import Client

from siyu.console.tests.people import OTHER_PHONE, PHONE, visitor
from siyu.portal.access import MEMBER
from siyu.portal.urls import urlpatterns

from .visiting import browser, live, member, signed_in

pytestmark = pytest.mark.django_db
OUTSIDE = re.compile(r"""(?:src|href|action)=["'](?:[a-z]+:)?//(?!testserver)[^"']*""", re.IGNORECASE)
MOST_BYTES = 100_000
STYLES = Path(__file__).resolve().parents[1] / "static/portal"
WEIGHT = sum(path.stat().st_size for path in STYLES.glob("*"))


def address(route: str) -> str:
    """The address with something that nobody has."""
    filled = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", route)
    return "/m/" + re.sub(r"<int:\w+>", "999999", re.sub(r"<(?:str|path):\w+>", "nothing", filled))


PAGES = [(address(str(entry.pattern)), entry.callback, entry.name) for entry in urlpatterns]
MEMBERS = [(url, name) for url, view, name in PAGES if view.required_permission == MEMBER]
PUBLIC = [(url, name) for url, view, name in PAGES if view.required_permission is None]


def test_every_page_wears_a_guard_of_the_member_centre():
    assert len(MEMBERS) + len(PUBLIC) == len(PAGES)
    assert {name for _, name in PUBLIC} == {
        "log-in", "code", "join", "enter", "log-out", "notice", "preferences", "codes", "nothing",
    }  # fmt: skip


@pytest.mark.parametrize("role", [None, "owner", "shop_assistant"])
def test_strangers_and_staff_are_sent_to_the_members_log_in(role):
    client = visitor(role) if role == "owner" else visitor(role, reach="own") if role else Client()
    wrong = []
    for url, name in MEMBERS:
        for answer in (client.get(url), client.post(url)):
            if not (answer.status_code == 302 and answer["Location"].startswith("/m/log-in")):
                wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_member_sees_every_page_small_and_by_itself(language):
    live()
    client, wrong = signed_in(language=language), []
    for url, name in [*MEMBERS, *PUBLIC]:
        answer = client.get(url)
        text = answer.content.decode() if "html" in answer["Content-Type"] else ""
        if answer.status_code not in (200, 302, 404, 405, 410):
            wrong.append((name, answer.status_code))
        wrong += [(name, found) for found in OUTSIDE.findall(text)]
        if len(answer.content) + WEIGHT > MOST_BYTES:
            wrong.append((name, len(answer.content)))
        if PHONE in text or OTHER_PHONE in text:
            wrong.append((name, "shows a phone in plain"))
        if answer.get("Cache-Control") != "private, no-store" and answer.status_code != 302:
            wrong.append((name, "may be kept", answer.status_code))
        if text and answer.status_code == 200 and language == "zh-hans" and name != "card-code" and not re.search("[一-鿿]", text):
            wrong.append((name, "no Chinese"))
    assert wrong == []


def test_a_member_never_meets_what_is_another_members():
    live()
    one, other = signed_in(), signed_in("阿杰")
    entry = one.get("/m/points").context["lines"][0].id
    order = one.get("/m/orders").context["rows"][0][0].id
    assert one.get(f"/m/points/{entry}").status_code == one.get(f"/m/orders/{order}").status_code == 200
    assert other.get(f"/m/points/{entry}").status_code == other.get(f"/m/orders/{order}").status_code == 404
    assert other.get("/m/points").context["lines"] == []
    assert "小月" not in other.get("/m/").content.decode()


def test_a_member_cannot_open_the_console_and_staff_pages_do_not_change_by_it():
    live()
    client = signed_in()
    assert client.get(f"/members/{member('小月').public_id}")["Location"].startswith("/login")


def test_language_and_theme_are_the_browsers_own_choice():
    live()
    client = browser("zh-hans")
    assert "登录" in client.get("/m/log-in").content.decode()
    client.post("/m/preferences", {"language": "en", "next": "/m/log-in"})
    client.post("/m/preferences", {"theme": "dark"})
    page = client.get("/m/log-in").content.decode()
    assert "Sign in or join" in page
    assert 'data-theme="dark"' in page
    client.post("/m/preferences", {"theme": "device"})
    assert "data-theme" not in client.get("/m/log-in").content.decode()


def test_what_is_not_there_says_so_in_the_member_centres_own_words():
    answer = browser().get("/m/nothing/at/all")
    assert answer.status_code == 404
    assert "portal.css" in answer.content.decode()
