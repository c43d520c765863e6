"""What `siyu doctor` looks at: each check says what it found, whether that is well, and what to do if not."""

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, connections, transaction
from psycopg.errors import InsufficientPrivilege

from siyu.lib.embedded.folder import LEAST_FREE_BYTES
from siyu.lib.home import home
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.touches.queries import faults, unusable

from . import database
from .health import judge
from .prepare import waiting_migrations
from .up import Address, is_live
from .upkeep import require_frontend
from .web import require_port

_sql = statements("siyu.operate", "watch")
_forbidden = statements("siyu.operate", "rights")
COMFORTABLE_BYTES = 2 * 1024**3
AHEAD = timedelta(days=1)
FAILED_SINCE = timedelta(days=7)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's table; `state` is ok, warn or fail, `remedy` is empty when all is well."""

    check: str
    state: str
    found: str
    remedy: str = ""


def examine(now: datetime, address: Address) -> Iterator[Finding]:
    """Every check, the machine's before the database's; those of an unreachable database are left out."""
    yield from (_python(), _home_folder(), _disk(), _frontend())
    yield from _secrets()
    yield _server()
    if database.refused is None:
        for check in (_migrations, _rights, _pump, _quarantine, _partitions, _jobs, _accounts):
            yield _guarded(check, now)
    yield from (_port(address), _browser())


def _python() -> Finding:
    return Finding("Python", "ok", platform.python_version())  # an older one could not have read this file


def _home_folder() -> Finding:
    folder = home()
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("home folder", "fail", f"{folder} cannot be written", "run as the user who made it, or set SIYU_HOME")
    if folder.stat().st_mode & stat.S_IWOTH:
        return Finding("home folder", "fail", f"{folder} can be written by everyone", f"chmod o-w {folder}")
    return Finding("home folder", "ok", str(folder))


def _disk() -> Finding:
    free = shutil.disk_usage(home()).free
    state = "ok" if free >= COMFORTABLE_BYTES else "warn" if free >= LEAST_FREE_BYTES else "fail"
    return Finding(
        "disk", state, f"{free / 1024**3:.1f} GB free", "" if state == "ok" else "free some space, or set SIYU_HOME to a larger disk"
    )


def _frontend() -> Finding:
    try:
        require_frontend()
    except Refusal as refusal:
        return Finding("front-end files", "fail", "missing", refusal.because)
    return Finding("front-end files", "ok", "there")


def _secrets() -> Iterator[Finding]:
    for name, purpose in (("secret.key", "sessions"), ("keys.json", "personal values")):
        path = home() / name
        if not path.exists():
            yield Finding(name, "ok", f"not made yet ({purpose})")
        elif path.stat().st_mode & 0o077:
            yield Finding(name, "fail", f"others may read it (mode {path.stat().st_mode & 0o777:o})", f"chmod 600 {path}")
        else:
            yield Finding(name, "ok", "mode 600")


def _server() -> Finding:
    if database.refused is not None:
        return Finding("database", "fail", database.refused.code, database.refused.because)
    try:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), current_database()")
            version, name = cursor.fetchone()
    except DatabaseError as error:
        return Finding("database", "fail", "does not answer", database.trouble(error) or str(error))
    kind = "embedded" if connections["owner"].settings_dict["HOST"].startswith("/") else "server"
    return Finding("database", "ok", f"PostgreSQL {version} ({kind}), database {name}")


def _guarded(check: Callable[[datetime], Finding], now: datetime) -> Finding:
    """A check whose tables are missing says so instead of breaking the table."""
    try:
        return check(now)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        return Finding(check.__name__.strip("_"), "fail", reason, "run `siyu prepare`")


def _migrations(now: datetime) -> Finding:
    waiting = waiting_migrations()
    if waiting:
        return Finding("migrations", "fail", f"{len(waiting)} waiting, the first is {waiting[0]}", "run `siyu prepare` (or `siyu up`)")
    return Finding("migrations", "ok", "all applied")


def _rights(now: datetime) -> Finding:
    """Try what must not be possible, on no row, as the application."""
    possible = [name.replace("_", " ", 1) for name, statement in vars(_forbidden).items() if _is_allowed(statement)]
    if possible:
        return Finding(
            "role's rights", "fail", f"the application may {', '.join(possible)}", "run `siyu prepare`; its role must be no superuser"
        )
    return Finding("role's rights", "ok", "audit, ledger entries and log cannot be changed")


def _is_allowed(statement: str) -> bool:
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            return False
        raise
    return True


def _pump(now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql.pump)
        beat_at, code, because = cursor.fetchone()
    if code:
        return Finding("pump", "fail", f"stopped: {code}", f"{because}; repair the cause, then let it go on from the page of alarms")
    worker = judge(now, beat_at, code).worker
    return Finding(
        "worker", "ok" if worker == "live" else "warn", worker, "" if worker == "live" else "start it: `siyu up` or `siyu worker`"
    )


def _quarantine(now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql.quarantine)
        messages, members = cursor.fetchone()
    if not messages + members:
        return Finding("quarantine", "ok", "empty")
    found = f"{messages} messages, and the due work of {members} members" if members else f"{messages} messages"
    return Finding("quarantine", "warn", found, "the page of the quarantine says why; repair the cause and replay them")


def _partitions(now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql.partitions_until)
        until = cursor.fetchone()[0]
        cursor.execute(_sql.default_rows)
        has_strays = cursor.fetchone()[0]
    reach = f"made until {until:%Y-%m-%d}" if until else "none made yet"
    if until is None or until < now + AHEAD:
        return Finding("partitions", "warn", reach, "a running worker makes them ahead")
    if has_strays:
        return Finding(
            "partitions", "warn", f"{reach}; some facts lie in the default one", "harmless, only slower; they came while no worker ran"
        )
    return Finding("partitions", "ok", reach)


def _jobs(now: datetime) -> Finding:
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql.failed_jobs, {"since": now - FAILED_SINCE})
        failed = cursor.fetchall()
    if failed:
        return Finding("timetable", "warn", ", ".join(f"{name} failed {times} times" for name, times in failed), "see the worker's log")
    return Finding("timetable", "ok", "no job failed within 7 days")


def _accounts(now: datetime) -> Finding:
    """Whether accounts with providers, as they are kept, would be opened today, and whether their reports can be fetched."""
    if found := unusable():
        reasons = "; ".join(f"{account}: {because}" for account, _, because in found)
        is_closed = any(code == "channel.closed" for _, code, _ in found)
        remedy = "set SIYU_REACHABLE, and start again" if is_closed else "open a new one in its place"
        return Finding("accounts", "fail", reasons, f"nothing leaves by it: {remedy}")
    if silent := faults():
        reasons = "; ".join(f"{account}: {because}" for account, because in silent)
        return Finding("accounts", "warn", reasons, "reports are not fetched: put it right at the provider, or open a new account")
    return Finding("accounts", "ok", "every account in use may be used")


def _port(address: Address) -> Finding:
    if is_live(address):
        return Finding("port", "ok", f"siyu answers at {address.url}")
    try:
        require_port(address.host, address.port)
    except Refusal as refusal:
        return Finding("port", "warn", f"{address.port} is taken", refusal.because)
    return Finding("port", "ok", f"{address.port} is free")


def _browser() -> Finding:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        return Finding("browser", "warn", "no Chromium", "only the browser tests need it: apt-get install chromium")
    return Finding("browser", "ok", str(Path(found)))
