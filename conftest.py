"""The test database: an embedded server with fsync off, a migrated template per set of migrations, a copy per worker.

`db` (pytest-django) runs a test in a transaction that is rolled back. `clone` gives a test that commits, kills or opens
several connections a database of its own. `owner` is a psycopg connection as the owner of the current database.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent
TEST_HOME = Path(os.environ.get("SIYU_TEST_HOME") or ROOT / ".siyu-test")
TEST_HOME.mkdir(exist_ok=True, mode=0o711)
os.environ["SIYU_HOME"] = str(TEST_HOME)
os.environ["SIYU_REACHABLE"] = "127.0.0.1"  # tests are their own providers; for the processes that they start

SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def pages() -> None:
    """Pages in tests: static files straight from the rooms (no manifest to build), translations compiled where they changed."""
    from django.conf import settings

    from tools.translations import compile_all

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT = TEST_HOME / "never-collected"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    compile_all()


@pytest.fixture(scope="session")
def server() -> str:
    """The owner's connection string of the embedded test server."""
    from siyu.lib.postgres import start_embedded

    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB", "max_connections": "500"}
    return start_embedded(TEST_HOME / "pg", fast)


@pytest.fixture(scope="session")
def template(server: str, django_db_blocker: pytest.FixtureRequest) -> str:
    """A migrated database no one is connected to, made once per set of migrations."""
    from siyu.operate.prepare import prepare

    digest = hashlib.sha256()
    for path in [*sorted(ROOT.glob("siyu/**/migrations/*.py")), ROOT / "siyu/lib/grants.py", ROOT / "siyu/operate/prepare.py"]:
        digest.update(path.read_bytes())
    name = f"template_{digest.hexdigest()[:12]}"
    with open(TEST_HOME / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(server, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                _copy(server, f"{name}_new", "template0")
                with django_db_blocker.unblock():
                    _point(server, f"{name}_new")
                    prepare()
                    _close()
                connection.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


@pytest.fixture(scope="session")
def django_db_setup(server: str, template: str, worker_id: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """pytest-django's database: a copy of the template for this worker."""
    name = f"test_{worker_id}_{os.getpid()}"
    with django_db_blocker.unblock():
        _copy(server, name, template)
        _point(server, name)
        yield
        _close()
        _drop(server, name)


@pytest.fixture(scope="session", autouse=True)
def own_providers() -> None:
    """Tests may send to themselves, also in the process that pytest began in: it reads the settings before this file."""
    from django.conf import settings

    settings.REACHABLE = [os.environ["SIYU_REACHABLE"]]


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Hash passwords quickly: the real hasher takes half a second on purpose."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """What a test activates ends with it: the next, and what is made ready for it, begins in the language of the settings."""
    from django.utils.translation import deactivate

    yield
    deactivate()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


_clones = 0


@contextmanager
def _own_database(server: str, template: str, blocker: pytest.FixtureRequest) -> Iterator[str]:
    from django.db import connections

    global _clones
    _clones += 1
    name = f"clone_{os.getpid()}_{_clones}"
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    with blocker.unblock():
        _copy(server, name, template)
        _close()
        _point(server, name)
        yield psycopg.conninfo.make_conninfo(server, dbname=name)
        _close()
        for alias, settings in before.items():
            connections[alias].settings_dict.update(settings)
        _drop(server, name)


@pytest.fixture
def clone(server: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own (its owner connection string), for tests that commit; dropped afterwards."""
    with _own_database(server, template, django_db_blocker) as name:
        yield name


@pytest.fixture(scope="module")
def shared_clone(server: str, template: str, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """As `clone`, for all tests of a module: browser tests look at one seeded pool."""
    with _own_database(server, template, django_db_blocker) as name:
        yield name


@pytest.fixture
def owner(clone: str) -> Iterator[psycopg.Connection]:
    """The owner's own connection to the clone: makes partitions, corrupts rows."""
    with psycopg.connect(clone, autocommit=True) as connection:
        yield connection


def _copy(server: str, name: str, template: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _point(server: str, name: str) -> None:
    from django.conf import settings
    from django.db import connections
    from psycopg.conninfo import conninfo_to_dict

    host = conninfo_to_dict(server)["host"]
    for alias, user in (("default", settings.APP_ROLE), ("owner", "postgres")):
        connections[alias].close()
        connections[alias].settings_dict.update(NAME=name, HOST=host, USER=user, PORT="", PASSWORD="")
        connections[alias].settings_dict["OPTIONS"].pop("options", None)


def _close() -> None:
    from django.db import connections

    for alias in connections:
        connections[alias].close()
