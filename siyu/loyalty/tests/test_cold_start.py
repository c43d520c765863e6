"""A process that has just started reads the programme from many threads at once."""

import subprocess
import sys

PROGRAM = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import msgspec
from siyu.loyalty.programme import _rule, unit_of
from siyu.loyalty.rules import default

row = (1, "r", 1, "order.paid", None, None, msgspec.json.encode(default.RULES[0][2]).decode())
ready = Barrier(16)

def read(_):
    ready.wait()
    unit_of(("points", 1, "points", "p", None, "{}"))
    return _rule(row).definition

with ThreadPoolExecutor(16) as pool:
    assert len({repr(one) for one in pool.map(read, range(16))}) == 1
"""


def test_many_threads_read_the_first_programme_of_a_process() -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "siyu.settings", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr[-500:]
