"""The embedded PostgreSQL: the wheel's programs on a data folder of ours, started by the first process that needs it, stopped by the last.

Every process that uses the server holds a shared lock on one file; who can take it exclusively on leaving is the last.
The kernel drops the lock of a killed process, so nothing stale can keep the server alive or bring it down.
"""

import atexit
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
from psycopg.conninfo import make_conninfo

from ..refusal import Refusal
from .folder import clear_remains, configure, initialise, require_same_version, require_space
from .programs import run

START_TIMEOUT_S = 600  # recovery after a crash may read gigabytes
STOP_TIMEOUT_S = 60
LOG_LIMIT_BYTES = 10 * 1024**2
_joined: dict[Path, tuple[int, IO[str]]] = {}  # data folder → (process that joined, its held lock)


@dataclass(frozen=True)
class Running:
    """What `postmaster.pid` tells of a live server."""

    pid: int
    socket_folder: str
    status: str

    @property
    def uri(self) -> str:
        """The owner's connection string, to the maintenance database."""
        return make_conninfo(host=self.socket_folder, user="postgres", dbname="postgres")


def running(folder: Path) -> Running | None:
    """The live server of a data folder; a `postmaster.pid` whose number is dead or belongs to another program counts as none."""
    folder = folder.resolve()
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines() + [""] * 8
        process = psutil.Process(int(lines[0]))
        if process.status() == psutil.STATUS_ZOMBIE or process.cwd() != str(folder):
            return None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return Running(process.pid, lines[4].strip(), lines[7].strip())


def join(folder: Path, options: dict[str, str]) -> Running:
    """Use the server of `folder`, starting it if need be; leaving happens by itself at exit. Refuses with `database.*`, `disk.full`."""
    folder = folder.resolve()
    with _turn(folder):
        server = _ready(folder) or _start(folder, options)
        if not has_joined(folder):
            users = open(folder.with_name(folder.name + ".users"), "a")  # noqa: SIM115 (held until this process leaves)
            fcntl.flock(users, fcntl.LOCK_SH)
            _joined[folder] = (os.getpid(), users)
            atexit.register(leave, folder)
    return server


def has_joined(folder: Path) -> bool:
    """Whether this process uses the server of `folder`."""
    return _joined.get(folder.resolve(), (0, None))[0] == os.getpid()


def leave(folder: Path) -> None:
    """Stop using the server; the last to leave stops it. A forked child that never joined does nothing."""
    folder = folder.resolve()
    process, users = _joined.get(folder, (0, None))
    if process != os.getpid() or users is None:
        return
    del _joined[folder]
    with _turn(folder), users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # someone else still needs it
        if server := running(folder):
            run("pg_ctl", "stop", "-s", "-w", "-m", "fast", "-t", str(STOP_TIMEOUT_S), "-D", str(folder), timeout=STOP_TIMEOUT_S + 10)
            if server.socket_folder not in ("", str(folder)):
                with suppress(OSError):
                    Path(server.socket_folder).rmdir()  # a fallback for a long path, ours alone


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a folder."""
    with open(folder.with_name(folder.name + ".turn"), "a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _ready(folder: Path) -> Running | None:
    """The server that is already there, once it answers; None when there is none."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while (server := running(folder)) and server.status != "ready":
        if time.monotonic() > deadline:
            raise Refusal(
                "database.start", f"PostgreSQL (process {server.pid}) is {server.status or 'starting'} and does not become ready; stop it"
            )
        time.sleep(0.1)
    return server


def _start(folder: Path, options: dict[str, str]) -> Running:
    require_space(folder.parent)
    require_same_version(folder)
    if not (folder / "PG_VERSION").exists():
        initialise(folder)
    clear_remains(folder)
    configure(folder, options)
    log = folder / "log"
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(folder / "log.old")
    result = run("pg_ctl", "start", "-s", "-w", "-t", str(START_TIMEOUT_S), "-D", str(folder), "-l", str(log), timeout=START_TIMEOUT_S + 10)
    server = running(folder)
    if result or server is None:
        raise Refusal("database.start", f"the embedded PostgreSQL did not start ({_last_line(log) or result}); its log is {log}")
    return server


def _last_line(log: Path) -> str:
    """The last complaint of the server's log."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-50:]
    except OSError:
        return ""
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line or "could not" in line]
    return (grave or [line for line in lines if line.strip()] or [""])[-1].strip()
