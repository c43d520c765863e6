"""The child program of the postings: PROCESSES THREADS SECONDS FIRST LAST NAME. Says `ready`, waits for a line, says what was done."""

import os
import random
import struct
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import django

WARM_UP = 20  # postings of each caller before the clock starts: connections, prepared statements, caches
DONE = struct.Struct("qd")  # what a process hands back: postings, seconds


def main(processes: int, threads: int, seconds: float, first: int, last: int, name: str) -> None:
    """Spend until the time is over: processes of several threads, as a web server's workers are, each thread with its own connection."""
    django.setup()
    import siyu.loyalty.services  # noqa: F401 (what all callers share is loaded once)

    go, come = os.pipe(), os.pipe()  # the processes wait at `go` for its end, and answer through `come`
    for number in range(processes):
        if os.fork() == 0:
            os.close(go[1])
            work(threads, seconds, first, last, f"{name}.{number}", go[0], come[1])
            os._exit(0)
    os.close(go[0])
    os.close(come[1])
    for _ in range(processes):
        if os.read(come[0], 1) != b"r":
            raise SystemExit("a caller did not start")
    print("ready", flush=True)
    sys.stdin.readline()
    os.close(go[1])
    told = b"".join(iter(lambda: os.read(come[0], 65_536), b""))
    done = list(DONE.iter_unpack(told))
    if len(done) != processes:
        raise SystemExit("a caller failed")
    print(processes * threads * WARM_UP, sum(count for count, _ in done), max(taken for _, taken in done), flush=True)


def work(threads: int, seconds: float, first: int, last: int, name: str, go: int, come: int) -> None:
    """One process: when all its threads are warm it says so, and goes when it is told."""
    done, at_start = [0] * threads, threading.Barrier(threads + 1)

    def call(number: int) -> None:
        post = caller(f"{name}.{number}", first, last)
        for warm in range(WARM_UP):
            post(f"warm.{warm}")
        at_start.wait(120)
        at_start.wait(600)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            post(str(done[number]))
            done[number] += 1

    racing = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(threads)]
    for thread in racing:
        thread.start()
    at_start.wait(120)
    os.write(come, b"r")
    os.read(go, 1)
    began = time.perf_counter()
    at_start.wait(60)
    for thread in racing:
        thread.join()
    os.write(come, DONE.pack(sum(done), time.perf_counter() - began))


def caller(name: str, first: int, last: int) -> Callable[[str], None]:
    """One caller: spends one point of a random member each time, under a key and at an instant of its own."""
    from siyu.loyalty.services import Spend, spend
    from siyu.merchant.rules import SYSTEM

    from .loyalty.seeding import START, WHY

    draw = random.Random(name)  # noqa: S311 (which member, seeded)
    instants = (START + timedelta(milliseconds=number, microseconds=draw.randrange(1_000)) for number in count())

    def post(key: str) -> None:
        spend(SYSTEM, [Spend(draw.randint(first, last), "points", 1, f"bench:{name}.{key}", WHY)], next(instants))

    return post


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
