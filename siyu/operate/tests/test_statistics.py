"""After a bulk import the planner knows how large tables are, without waiting for autovacuum."""

import psycopg

from siyu.operate.statistics import know_tables


def test_what_was_filled_is_analysed_once(owner: psycopg.Connection) -> None:
    owner.execute("CREATE TABLE heap (n int); CREATE TABLE parts (n int) PARTITION BY RANGE (n)")
    owner.execute("CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10000)")
    know_tables()
    owner.execute("INSERT INTO heap SELECT generate_series(1, 900)")
    owner.execute("INSERT INTO parts SELECT generate_series(1, 900)")
    owner.execute("SELECT pg_stat_force_next_flush()")
    assert {"heap", "parts"} <= set(know_tables())
    sizes = owner.execute("SELECT reltuples FROM pg_class WHERE relname IN ('heap', 'parts', 'parts_low')").fetchall()
    assert sizes == [(900.0,)] * 3
    assert {"heap", "parts", "parts_low"} & set(know_tables()) == {"parts"}
