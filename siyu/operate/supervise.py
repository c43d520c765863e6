"""Keep child processes running: start them, start again what dies, give up when that does not help, end them in order."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from siyu.lib.refusal import Refusal

from .parent import VARIABLE

LOOK_EVERY_S = 0.3
QUICK_DEATH_S = 30.0
MOST_QUICK_DEATHS = 5
LONGEST_PAUSE_S = 15.0
END_WITHIN_S = 25.0


@dataclass
class Child:
    """A process of ours: a `siyu` command in a session of its own, so that Ctrl-C reaches only the one that supervises."""

    name: str
    words: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        environment = {**os.environ, VARIABLE: str(os.getpid())}
        command = [sys.executable, "-m", "siyu", *self.words]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        self.started_at = time.monotonic()

    def look(self, tell: Callable[[str], None]) -> None:
        """Notice a death and start again, later each time; refuses with `child.dies` when it never lives for long."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        end_group(self.process.pid)
        self.process = None
        self.quick_deaths = self.quick_deaths + 1 if now - self.started_at < QUICK_DEATH_S else 1
        if self.quick_deaths >= MOST_QUICK_DEATHS:
            raise Refusal(
                "child.dies", f"the {self.name} ended {self.quick_deaths} times right after its start ({_ending(code)}); see above why"
            )
        pause = min(0.5 * 2**self.quick_deaths, LONGEST_PAUSE_S)
        self.start_again_at = now + pause
        tell(f"the {self.name} ended ({_ending(code)}) and starts again in {pause:.0f} s")


def supervise(children: list[Child], stop: threading.Event, note: Path, look_also: Callable[[], None], tell: Callable[[str], None]) -> None:
    """Keep `children` running until `stop` is set, then end them. `note` holds their process numbers for a start after a kill."""
    try:
        while not stop.is_set():
            before = [child.process and child.process.pid for child in children]
            for child in children:
                child.look(tell)
            if before != [child.process and child.process.pid for child in children]:
                _remember(children, note)
            look_also()
            stop.wait(LOOK_EVERY_S)
    finally:
        end(children)
        note.unlink(missing_ok=True)


def end(children: list[Child]) -> None:
    """SIGTERM to all, time to finish, SIGKILL to what remains of their groups."""
    processes = [child.process for child in children if child.process is not None]
    for process in processes:
        with suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + END_WITHIN_S
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        end_group(process.pid)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)


def end_group(leader: int) -> None:
    """Kill what a child left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_leftovers(note: Path) -> bool:
    """After a kill -9 of the supervisor: end the children it left, known by number and hour of birth; tells whether a note was there."""
    try:
        left = json.loads(note.read_text())
    except (FileNotFoundError, ValueError):
        return False
    found = []
    for number, born in left:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(number)
            if abs(process.create_time() - born) < 1:
                found.append(process)
                process.terminate()
    psutil.wait_procs(found, timeout=END_WITHIN_S)
    for process in found:
        end_group(process.pid)
    note.unlink(missing_ok=True)
    return True


def _remember(children: list[Child], note: Path) -> None:
    known = []
    for child in children:
        if child.process is not None:
            with suppress(psutil.NoSuchProcess):
                known.append((child.process.pid, psutil.Process(child.process.pid).create_time()))
    note.write_text(json.dumps(known))


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
