"""Statements that travel together: nothing is sent before the last is asked for, so that a move of value waits once for all of them.

The driver's own pipeline sends each statement at once and looks each time whether something came back, and it waits for BEGIN: fourteen
calls of the system and three waits of a single move, where two of each do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, LiteralString

from psycopg import Connection, Cursor, Pipeline
from psycopg.generators import send
from psycopg.pq import TransactionStatus


class Round(Pipeline):
    """A pipeline that keeps what it is given until it ends, or until somebody asks for an answer."""

    def _communicate_gen(self) -> Any:
        if self.command_queue and self.command_queue[-1] == self.pgconn.pipeline_sync:
            yield from self._send()

    def _fetch_gen(self, *, flush: bool) -> Any:
        is_synced = not self.command_queue and bool(self.result_queue) and self.result_queue[-1] is None
        yield from self._send()
        yield from super()._fetch_gen(flush=flush and not is_synced)

    def _send(self) -> Any:
        while self.command_queue:
            self.command_queue.popleft()()  # into a buffer
        yield from send(self.pgconn)


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Within it statements are collected; on its end they are sent and answered, in their order, the first error raised."""
    begins = not connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE
    if connection._pipeline is None:
        connection._pipeline = Round(connection)
    try:
        with connection.pipeline():
            if begins:
                connection._autocommit = True  # the driver would begin by a round of its own
                command(connection, "BEGIN")
            yield
    finally:
        if begins:
            connection._autocommit = False


def command(connection: Connection, text: LiteralString) -> None:
    """A statement that asks nothing and answers nothing."""
    if isinstance(connection._pipeline, Round):
        connection._pipeline.command_queue.append(partial(connection.pgconn.send_query_params, text.encode(), None))
        connection._pipeline.result_queue.append(None)
    else:
        Cursor(connection).execute(text, prepare=False)
