"""`siyu up`: make everything ready, run web and worker, keep them (and the embedded server) alive, end them cleanly."""

import fcntl
import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from siyu.lib import embedded
from siyu.lib.clock import EPOCH
from siyu.lib.home import home
from siyu.lib.postgres import start_embedded
from siyu.lib.refusal import Refusal
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM

from .prepare import prepare
from .supervise import Child, end_leftovers, supervise
from .upkeep import OWNER, collect_static, compile_translations, first_owner
from .web import require_port

READY_WITHIN_S = 60.0
PORT_FREE_WITHIN_S = 20.0
DATABASE_LOOK_S = 2.0

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def near(self) -> str:
        """The host by which this machine reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        return f"http://{f'[{self.near}]' if ':' in self.near else self.near}:{self.port}"


def up(address: Address, processes: int, tell: Tell) -> None:
    """Run until SIGINT or SIGTERM. Refuses with `up.running`, `port.*`, `child.dies`, `frontend.missing`, and as the database does."""
    folder = home()
    with _alone(folder):
        _free_port(folder, address)
        tell("preparing the database")
        prepare()
        install_default_programme(SYSTEM, EPOCH.date())  # from the beginning: history that is told to earn finds it in force
        compile_translations()
        if collect_static():
            tell("static files gathered")
        if password := first_owner():
            tell(f"log in as {OWNER} with the password {password}  (shown this once; `siyu password {OWNER}` makes a new one)")
        connections.close_all()
        stop = threading.Event()
        with _signals(stop):
            threading.Thread(target=_announce, args=(address, stop, tell), daemon=True).start()
            supervise(_children(address, processes), stop, folder / "up.children", _database_watch(tell), tell)
        tell("stopped")
    embedded.leave(folder / "pg")


def _children(address: Address, processes: int) -> list[Child]:
    web = ["web", "--host", address.host, "--port", str(address.port), "--processes", str(processes)]
    return [Child("web server", web), Child("worker", ["worker"])]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One `siyu up` in a home folder; the kernel releases the lock of a killed one."""
    with open(folder / "up.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            because = f"siyu is already running from {folder} (process {lock.read().strip()}); stop it first, or set another SIYU_HOME"
            raise Refusal("up.running", because) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _free_port(folder: Path, address: Address) -> None:
    """The port must be free; what a killed `siyu up` left on it is ended first."""
    had_leftovers = end_leftovers(folder / "up.children")
    deadline = time.monotonic() + (PORT_FREE_WITHIN_S if had_leftovers else 0)
    while True:
        try:
            return require_port(address.host, address.port)
        except Refusal:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.2)


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`; a second one is ignored while the children end."""
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _database_watch(tell: Tell) -> Callable[[], None]:
    """Start the embedded server again when it was killed; a server of the merchant's own is not ours to start."""
    folder = home() / "pg"
    next_look = time.monotonic() + DATABASE_LOOK_S
    is_embedded = embedded.has_joined(folder)

    def look() -> None:
        nonlocal next_look
        if is_embedded and time.monotonic() >= next_look:
            next_look = time.monotonic() + DATABASE_LOOK_S
            if not embedded.running(folder):
                tell("PostgreSQL ended and is started again")
                start_embedded(folder)

    return look


def _announce(address: Address, stop: threading.Event, tell: Tell) -> None:
    """Say where siyu is, once it answers."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not is_live(address):
        if time.monotonic() > deadline:
            tell(f"siyu does not answer at {address.url}/healthz yet; `siyu doctor` tells more")
            break
        if stop.wait(0.2):
            return
    tell(f"siyu runs at {address.url}  (Ctrl-C ends it)")


def is_live(address: Address) -> bool:
    """Whether the health check answers 200."""
    connection = http.client.HTTPConnection(address.near, address.port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
