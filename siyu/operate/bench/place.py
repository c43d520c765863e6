"""A database of a bench's own on the installation's server: made, prepared, durable, and dropped whatever happens."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from siyu.lib.refusal import Refusal
from siyu.operate.prepare import prepare

_BARE = "template0"  # what a database is made from
_MUST_BE_ON = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def own_database(name: str) -> Iterator[dict[str, str]]:
    """Point this process at a fresh database `siyu_bench_<name>_<pid>`; gives the environment for its child processes.

    Refuses with `bench.not_durable` when the server does not write through, `bench.no_database` when none may be made.
    """
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    owner = _conninfo("owner")
    database = f"siyu_bench_{name}_{os.getpid()}"
    _require_durable(owner)
    _execute(owner, "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", database, _BARE)
    try:
        _point({alias: database for alias in before})
        prepare()
        yield {"DATABASE_URL": _conninfo("owner"), "APP_DATABASE_URL": _conninfo("default"), "DJANGO_SETTINGS_MODULE": "siyu.settings"}
    finally:
        _point({alias: settings["NAME"] for alias, settings in before.items()})
        _execute(owner, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


def _require_durable(owner: str) -> None:
    with psycopg.connect(owner) as connection:
        for setting in _MUST_BE_ON:
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
            if row is None or row[0] != "on":
                raise Refusal("bench.not_durable", f"the server runs with {setting} off: figures from it would mean nothing")


def _execute(conninfo: str, statement: str, *databases: str) -> None:
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, databases)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refusal("bench.no_database", "the owner's role may not create databases; give it CREATEDB to run a bench") from error


def _point(databases: dict[str, str]) -> None:
    for alias, name in databases.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _conninfo(alias: str) -> str:
    settings = connections[alias].settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {key: value for key, value in settings["OPTIONS"].items() if key in ("options", "sslmode")}
    return make_conninfo("", **{ours: settings[theirs] for ours, theirs in named.items() if settings[theirs]}, **options)
