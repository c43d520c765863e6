"""Which database this process works on, decided before Django reads its settings; and what a database's trouble means to a person."""

import os

import psycopg

from siyu.lib.home import home
from siyu.lib.postgres import create_database, database_uri, require_version, start_embedded, use
from siyu.lib.refusal import Refusal

NAME = "siyu"
APP_ROLE = "siyu_app"
# SQLSTATE → what to do; by class where a class says enough
REMEDIES = {
    "53100": "the database's disk is full; free some space, siyu goes on by itself",
    "53300": "the database has no connection left; raise max_connections or stop what holds them",
    "53200": "the database is out of memory; lower shared_buffers or stop other programs",
    "42P01": "the database was never prepared; run `siyu prepare` (or `siyu up`)",
    "42703": "the database was prepared by another version of siyu; run `siyu prepare` (or `siyu up`)",
    "42501": "the role may not do this; `siyu prepare` restores the rights",
}


def choose() -> str:
    """Point this process at `DATABASE_URL`, or at the embedded server in the home folder; returns the owner's connection string.

    Refuses with `database.unreachable`, `database.version`, `database.url` and what `start_embedded` refuses with.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        require_version(given)
        return given
    server = start_embedded(home() / "pg")
    create_database(server, NAME)
    owner = database_uri(server, NAME)
    use(owner, database_uri(server, NAME, APP_ROLE))
    return owner


def is_prepared(uri: str) -> bool:
    """Whether the database holds siyu's tables, of whatever version."""
    with psycopg.connect(uri, connect_timeout=5) as connection:
        return connection.execute("SELECT 1 WHERE to_regclass('facts_pump') IS NOT NULL").fetchone() is not None


refused: Refusal | None = None  # why `try_to_choose` found no database


def try_to_choose() -> None:
    """As `choose`, but leave the reason in `refused`: for who wants to tell about it among other things."""
    global refused
    try:
        choose()
    except Refusal as refusal:
        refused = refusal


def trouble(error: BaseException | None) -> str | None:
    """One line for a database that went away, is full or was never prepared; None for an error that is not the database's."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__
    if error is None:
        return None
    state = error.sqlstate or ""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if state in REMEDIES:
        return f"{reason}: {REMEDIES[state]}"
    if isinstance(error, psycopg.OperationalError):
        return f"the database does not answer ({reason}); check that it runs"
    return None
