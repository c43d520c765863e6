"""A child process does not outlive the one that started it, even when that one was killed without a word."""

import os
import signal
import threading
import time

LOOK_EVERY_S = 1.0
GRACE_S = 20.0
VARIABLE = "SIYU_PARENT"  # the process number that `up` gives its children


def follow_parent(parent: int | None = None) -> None:
    """End this process soon after `parent` (by default whoever `SIYU_PARENT` names) is gone; does nothing without one."""
    expected = parent or int(os.environ.get(VARIABLE) or 0)
    if expected:
        threading.Thread(target=_watch, args=(expected,), name="follow parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)
