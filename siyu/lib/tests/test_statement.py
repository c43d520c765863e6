"""What a statement's text tells: which tables it may change."""

import pytest

from siyu.lib.statement import changed_by


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("-- Prose that names members_tag.\nINSERT INTO facts_daily AS d SELECT * FROM facts_log", {"facts_daily"}),
        ("INSERT INTO facts_daily (name) VALUES ('a') ON CONFLICT (name) DO UPDATE SET name = ''", {"facts_daily"}),
        ("UPDATE loyalty_account a SET owner_id = m.id FROM members_member m RETURNING a.id", {"loyalty_account"}),
        ("DELETE FROM orders_statistics WHERE member_id IN (SELECT id FROM members_member)", {"orders_statistics"}),
        ("COPY facts_log (id) FROM STDIN (FORMAT binary)", {"facts_log"}),
        ("INSERT INTO facts_daily SELECT 1 FROM members_member FOR UPDATE", {"facts_daily", "members_member"}),
        ("WITH gone AS (DELETE FROM facts_log RETURNING id) INSERT INTO facts_daily SELECT id FROM gone", {"facts_log", "facts_daily"}),
        ("INSERT INTO facts_daily WITH gone AS (DELETE FROM facts_log RETURNING id) SELECT id FROM gone", {"facts_log", "facts_daily"}),
        ("TRUNCATE facts_log, facts_daily", {"facts_log", "facts_daily"}),
    ],
)
def test_what_says_what_it_changes_changes_nothing_else(query: str, tables: set[str]) -> None:
    assert changed_by(query) == tables
