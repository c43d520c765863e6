"""The child program of the postings: THREADS SECONDS FIRST LAST NAME. Says `ready`, waits for a line, then how many it did in how long."""

import random
import sys
import threading
import time

import django


def main(threads: int, seconds: float, first: int, last: int, name: str) -> None:
    """Spend until the time is over, each thread by its own connection."""
    django.setup()
    from django.db import connection

    from siyu.loyalty.services import Spend, spend
    from siyu.merchant.rules import SYSTEM

    from .loyalty.seeding import START, WHY

    done = [0] * threads
    ready = threading.Barrier(threads + 1)

    def call(number: int) -> None:
        draw = random.Random(f"{name}.{number}")  # noqa: S311 (which member, seeded)
        connection.ensure_connection()
        ready.wait(60)
        ready.wait(600)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            spend(SYSTEM, [Spend(draw.randint(first, last), "points", 1, f"bench:{name}.{number}.{done[number]}", WHY)], START)
            done[number] += 1

    racing = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(threads)]
    for thread in racing:
        thread.start()
    ready.wait(60)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    ready.wait(60)
    for thread in racing:
        thread.join()
    print(sum(done), time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
