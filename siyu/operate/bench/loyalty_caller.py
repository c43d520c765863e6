"""The child program of the postings: CALLERS SECONDS FIRST LAST NAME. Forks callers, says `ready`, waits for a line, says what was done."""

import os
import random
import struct
import sys
import time

import django

WARM_UP = 10  # postings of each caller before the clock starts: connections, prepared statements, caches
DONE = struct.Struct("qd")  # what a caller hands back: postings, seconds


def main(callers: int, seconds: float, first: int, last: int, name: str) -> None:
    """Spend until the time is over, each caller a process with a connection of its own, as a web server's workers are."""
    django.setup()
    import siyu.loyalty.services  # noqa: F401 (what all callers share is loaded once)

    go, come = os.pipe(), os.pipe()  # the callers wait at `go` for its end, and answer through `come`
    for number in range(callers):
        if os.fork() == 0:
            os.close(go[1])
            call(seconds, first, last, f"{name}.{number}", go[0], come[1])
            os._exit(0)
    os.close(go[0])
    os.close(come[1])
    for _ in range(callers):
        if os.read(come[0], 1) != b"r":
            raise SystemExit("a caller did not start")
    print("ready", flush=True)
    sys.stdin.readline()
    os.close(go[1])
    told = b"".join(iter(lambda: os.read(come[0], 65_536), b""))
    done = list(DONE.iter_unpack(told))
    if len(done) != callers:
        raise SystemExit("a caller failed")
    print(callers * WARM_UP, sum(count for count, _ in done), max(taken for _, taken in done), flush=True)


def call(seconds: float, first: int, last: int, name: str, go: int, come: int) -> None:
    """One caller: spends one point of a random member each time, under a key of its own."""
    from siyu.loyalty.services import Spend, spend
    from siyu.merchant.rules import SYSTEM

    from .loyalty.seeding import START, WHY

    draw = random.Random(name)  # noqa: S311 (which member, seeded)

    def post(key: str) -> None:
        spend(SYSTEM, [Spend(draw.randint(first, last), "points", 1, f"bench:{name}.{key}", WHY)], START)

    for number in range(WARM_UP):
        post(f"warm.{number}")
    os.write(come, b"r")
    os.read(go, 1)
    done, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        post(str(done))
        done += 1
    os.write(come, DONE.pack(done, time.perf_counter() - began))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
