"""Statements that travel together."""

from unittest.mock import patch

import psycopg
import pytest
from psycopg import Cursor, generators

from siyu.loyalty import rounds
from siyu.loyalty.rounds import command, together


def test_all_is_sent_at_once_and_answered_in_order(owner: psycopg.Connection):
    with psycopg.connect(owner.info.dsn, password=owner.info.password, autocommit=False) as connection:
        sent = []
        with patch.object(rounds, "send", lambda pgconn: sent.append(1) or generators.send(pgconn)):
            with together(connection):
                one = Cursor(connection).execute("SELECT 1")
                two = Cursor(connection).execute("SELECT %s::int", [2])
                command(connection, "COMMIT")
                assert not connection._pipeline.pgconn.transaction_status  # nothing has gone yet, not even BEGIN
            assert len(sent) <= 2

        assert (one.fetchone(), two.fetchone()) == ((1,), (2,))
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.autocommit is False


def test_an_answer_may_be_asked_for_on_the_way(owner: psycopg.Connection):
    with psycopg.connect(owner.info.dsn, password=owner.info.password) as connection, together(connection):
        assert Cursor(connection).execute("SELECT 1").fetchone() == (1,)
        assert Cursor(connection).execute("SELECT 2").fetchone() == (2,)


def test_the_first_error_is_raised_and_leaves_a_transaction_to_roll_back(owner: psycopg.Connection):
    with psycopg.connect(owner.info.dsn, password=owner.info.password) as connection:

        def divide() -> None:
            with together(connection):
                Cursor(connection).execute("SELECT 1 / %s::int", [0])
                Cursor(connection).execute("SELECT 1")

        with pytest.raises(psycopg.errors.DivisionByZero):
            divide()

        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
        connection.rollback()
        assert connection.execute("SELECT 3").fetchone() == (3,)
        connection.rollback()
