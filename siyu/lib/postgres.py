"""The database server: the embedded one from a wheel, or any PostgreSQL ≥ 15 by `DATABASE_URL`; and what a fresh one needs."""

import os
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from . import embedded
from .refusal import Refusal

MINIMUM_VERSION = 15
MEGABYTE = 1024**2


def start_embedded(folder: Path, options: dict[str, str] | None = None) -> str:
    """Start (or join) the embedded server whose data live in `folder`; returns the owner's connection string, to the database `postgres`.

    It stops when the last process that uses it ends. `options` are set for good; refuses with `database.*` and `disk.full`.
    """
    uri = embedded.join(folder, sensible_options() | (options or {})).uri  # some, such as the number of connections, hold from a start on
    if options:
        configure(uri, options)
    return uri


def sensible_options(memory_bytes: int | None = None) -> dict[str, str]:
    """Server options for a machine of this size: durable, sized by memory, and silent about values (logs hold no personal data)."""
    megabytes = (memory_bytes or psutil.virtual_memory().total) // MEGABYTE
    return {
        "shared_buffers": f"{min(2048, max(64, megabytes // 8))}MB",
        "effective_cache_size": f"{max(128, megabytes // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(256, max(64, megabytes // 16))}MB",
        "max_wal_size": "4GB",  # a million facts in bulk write 2 GB: no checkpoint in their middle
        "min_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        "autovacuum_naptime": "30s",  # after a bulk import the planner knows the tables soon
        "random_page_cost": "1.1",
        "jit": "off",
        "log_checkpoints": "off",
        "log_min_error_statement": "panic",  # a failing statement carries values
        "log_error_verbosity": "terse",  # DETAIL lines carry values too
    }


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
    except psycopg.ProgrammingError as error:
        raise Refusal("database.url", f"DATABASE_URL is no connection string ({_first_line(error)}); it looks like {EXAMPLE}") from error
    except psycopg.OperationalError as error:
        raise Refusal("database.unreachable", unreachable(uri, error)) from error
    if major < MINIMUM_VERSION:
        raise Refusal(
            "database.version", f"PostgreSQL {major} is too old: siyu needs {MINIMUM_VERSION} or newer; point DATABASE_URL at such a server"
        )
    return major


def unreachable(uri: str, error: Exception) -> str:
    """Why a database does not answer and what to do about it, without the password."""
    reason = _first_line(error)
    name = conninfo_to_dict(uri).get("dbname", "")
    if f'database "{name}" does not exist' in reason:
        return f"the server has no database {name}; make it with: createdb {name}"
    if "authentication failed" in reason or "no password supplied" in reason:
        return f"the database refuses the log-in ({reason}); check user and password in DATABASE_URL"
    return f"cannot reach the database ({reason}); check DATABASE_URL and that the server runs"


EXAMPLE = "postgresql://user:password@host:5432/siyu"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removesuffix(".") if lines else type(error).__name__


def use(uri: str, app_uri: str = "") -> None:
    """Point this process's settings at a database; call before Django reads them."""
    os.environ["DATABASE_URL"] = uri
    if app_uri:
        os.environ["APP_DATABASE_URL"] = app_uri
