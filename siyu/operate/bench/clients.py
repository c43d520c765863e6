"""Clients that deliver bodies as fast as they are acknowledged: the same program for the product and for its limit."""

import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import psycopg

Deliver = Callable[[bytes], None]
Open = Callable[[], AbstractContextManager[Deliver]]
TIMEOUT_S = 30.0


def deliver_all(bodies: Sequence[bytes], clients: int, open_one: Open) -> float:
    """Seconds until every body is acknowledged: `clients` threads, each with a connection of its own, take the next body in turn."""
    waiting = iter(bodies)
    turn = threading.Lock()
    ready = threading.Barrier(clients + 1)
    errors: list[BaseException] = []

    def client() -> None:
        try:
            with open_one() as deliver:
                ready.wait(TIMEOUT_S)
                while True:
                    with turn:
                        body = next(waiting, None)
                    if body is None:
                        return
                    deliver(body)
        except BaseException as error:
            errors.append(error)
            ready.abort()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        ready.wait(TIMEOUT_S)
    except threading.BrokenBarrierError:
        if errors:
            raise errors[0] from None
        raise
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if errors:
        raise errors[0]
    return seconds


def http(host: str, port: int, write_key: str) -> Open:
    """Clients that post to `/v1/batch` over one kept connection each; anything but 200 is an error."""
    key = b64encode(f"{write_key}:".encode()).decode()
    head = f"POST /v1/batch HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Basic {key}\r\nContent-Type: application/json\r\n"

    @contextmanager
    def open_one() -> Iterator[Deliver]:
        with socket.create_connection((host, port), TIMEOUT_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def deliver(body: bytes) -> None:
                connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                _require_200(connection)

            yield deliver

    return open_one


def _require_200(connection: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):  # every answer of the endpoint is a JSON object
        part = connection.recv(4096)
        if not part:
            raise ConnectionError(f"the server hung up after {answer!r}")
        answer += part
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(f"not accepted: {answer!r}")


def copy(conninfo: str, statement: bytes) -> Open:
    """Clients that COPY each body alone into a table, one commit each."""

    @contextmanager
    def open_one() -> Iterator[Deliver]:
        with psycopg.connect(conninfo, autocommit=True) as connection, connection.cursor() as cursor:

            def deliver(body: bytes) -> None:
                with cursor.copy(statement) as rows:
                    rows.set_types(["bytea"])
                    rows.write_row([body])

            yield deliver

    return open_one
