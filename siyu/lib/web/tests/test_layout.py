"""The frame around every page, without a room."""

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from siyu.lib.web import errors
from siyu.merchant.rules import Role, Viewer

pytestmark = pytest.mark.django_db


def request(path: str = "/", viewer: Viewer | None = None, **cookies: str) -> HttpRequest:
    made = RequestFactory().get(path)
    made.COOKIES.update(cookies)
    made.viewer = viewer
    return made


ANNA = Viewer(1, "Anna", Role.OWNER, frozenset({"members.view"}))


def test_the_frame_shows_a_person_their_search_and_name():
    page = render_to_string("web/layout.html", {"title": "Members"}, request(viewer=ANNA))
    assert 'name="q"' in page
    assert "Anna" in page
    assert "<h1" in page


def test_the_search_is_only_for_those_who_may_see_members():
    page = render_to_string("web/layout.html", {"title": "x"}, request(viewer=Viewer(1, "Bo", Role.FINANCE)))
    assert 'name="q"' not in page


def test_dark_is_a_choice():
    assert 'data-bs-theme="dark"' in render_to_string("web/bare.html", {}, request(siyu_theme="dark"))
    assert 'data-bs-theme="light"' in render_to_string("web/bare.html", {}, request(siyu_theme="pink<script>"))


def test_no_page_has_an_inline_script():
    page = render_to_string("web/layout.html", {"title": "x"}, request(viewer=ANNA))
    assert "<script>" not in page
    assert "onclick" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_an_error_page_tells_the_code_in_the_readers_language():
    with translation.override("en"):
        response = errors.error(request(), 400, code="page.cursor", because="this page link is damaged")
    assert response.status_code == 400
    assert b"page.cursor" in response.content
    assert b"damaged" in response.content


def test_the_page_of_a_fault_asks_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert errors.broken(request(viewer=ANNA)).status_code == 500
