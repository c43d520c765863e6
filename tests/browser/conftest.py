"""A real Chromium on a real server over a database of the test's own.

`visit(path)` opens a page as an owner; `page` fails its test when the page asks another host for anything or writes an error
to the console, `page.settle()` waits until it has asked for everything and drawn it. `width` runs a test on a desktop and on a
phone. Without Chromium the tests are skipped, unless SIYU_REQUIRE_BROWSER=1, which makes its absence a failure.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from .seed import seed

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# the first is the same engine without the windows that the others draw even where nobody sees them: a quarter of the time
PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
WIDTHS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
PATIENCE_SECONDS = 30
QUIET_SECONDS = 0.1  # in which a page asks for nothing
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
VENDOR = Path(__file__).resolve().parents[2] / "siyu/lib/web/static/vendor/tabler.min.css"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module's browser, server and pool are made once: all of it goes to one process."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def _absent(reason: str) -> None:
    if os.environ.get("SIYU_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and SIYU_REQUIRE_BROWSER=1 asks for the browser tests")
    pytest.skip(f"{reason}: the pages were not looked at in a browser")


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    """The browser, started once per module: while it lives, its event loop runs in this thread, which other tests must not meet."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        _absent("no Chromium on this machine")
    if not VENDOR.exists():
        _absent("the front-end files are missing (run `make frontend`)")
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop runs in the thread of the tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="module")
def seeding() -> Callable[[], None]:
    """What fills the database before the server starts; a module that needs another pool brings its own."""
    return seed


@pytest.fixture(scope="module")
def live(shared_clone: str, seeding: Callable[[], None]) -> Iterator[str]:
    """The address of a server over a small seeded pool, shared by the tests of a module."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    seeding()
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait(20)
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> str:
    """`desktop` (1440 px), then `phone` (390 px)."""
    return request.param


@pytest.fixture(scope="module")
def contexts(chromium, live: str) -> Callable[[str], object]:
    """The browser as one person has it, by width: what one test has fetched and compiled the next need not."""

    @cache
    def context(width: str):
        opened = chromium.new_context(viewport=WIDTHS[width], is_mobile=width == "phone", has_touch=width == "phone", base_url=live)
        opened.grant_permissions(["clipboard-read", "clipboard-write"])
        return opened

    return context


@pytest.fixture
def page(contexts: Callable, live: str, width: str) -> Iterator:
    """An empty page of nobody that watches itself."""
    context = contexts(width)
    context.clear_cookies()
    opened = context.new_page()
    opened.set_default_timeout(1000 * PATIENCE_SECONDS)
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(f"script: {error}"))
    opened.on(
        "request", lambda request: None if request.url.startswith((live, "data:", "blob:")) else faults.append(f"outside: {request.url}")
    )
    opened.faults = faults
    opened.settle = _settling(opened)
    yield opened
    for tab in context.pages:
        tab.close()
    assert not faults, faults


def _settling(page) -> Callable[[], None]:
    """What waits until everything that the page asks for is there and drawn: sooner than the browser's own word for it, which takes
    half a second of quiet."""
    waiting = set()
    page.on("request", lambda request: waiting.add(request))
    page.on("requestfinished", lambda request: waiting.discard(request))
    page.on("requestfailed", lambda request: waiting.discard(request))

    def settle() -> None:
        page.wait_for_load_state("load")
        quiet, patience = 0.0, time.monotonic() + PATIENCE_SECONDS
        while quiet < QUIET_SECONDS:
            assert time.monotonic() < patience, [request.url for request in waiting]
            page.evaluate(DRAWN)
            page.wait_for_timeout(1000 * QUIET_SECONDS / 2)
            quiet = 0 if waiting else quiet + QUIET_SECONDS / 2

    return settle


@pytest.fixture
def log_in(page, live: str) -> Callable[..., None]:
    """Log a new staff member of a role in, by a session of their own."""

    def enter(role: str = "owner", reach: str = "all", language: str = "zh-hans", theme: str = "light"):
        from django.apps import apps
        from django.test import Client

        names = apps.get_model("merchant.Staff").objects
        staff = names.create(username=f"{role}{names.count()}", name="林晓", role=role, reach=reach, language=language, theme=theme)
        client = Client()
        client.force_login(staff)
        page.context.add_cookies([{"name": name, "value": morsel.value, "url": live} for name, morsel in client.cookies.items()])
        return staff

    return enter


@pytest.fixture
def visit(page, log_in) -> Callable[..., object]:
    """Open a page as a role, in a language and theme, and wait until everything it fetches is there."""

    def go(path: str, **who: str):
        log_in(**who)
        page.goto(path)
        page.settle()
        return page

    return go
