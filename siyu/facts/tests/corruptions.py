"""For each invariant of the log's room: one row to corrupt, as the owner, after a small pool was seeded."""

CORRUPTIONS = {
    "facts.log_has_its_sources": "UPDATE facts_log SET source_id = 999 WHERE depth = 0 AND id = (SELECT min(id) FROM facts_log)",
    "facts.messages_are_logged_once": "UPDATE facts_log SET message = (SELECT message FROM facts_log ORDER BY id LIMIT 1) WHERE id = (SELECT max(id) FROM facts_log)",
    "facts.days_are_counted": "UPDATE facts_daily SET facts = facts + 1 WHERE id = (SELECT min(id) FROM facts_daily)",
    "facts.causes_are_logged": "UPDATE facts_log SET cause_id = -1 WHERE id = (SELECT min(id) FROM facts_log WHERE cause_id IS NOT NULL)",
    "facts.derived_facts_are_our_own": "UPDATE facts_log SET depth = 0 WHERE id = (SELECT max(id) FROM facts_log WHERE depth > 0)",
    "facts.counters_equal_log": "UPDATE facts_counter_day SET times = times + 1",
    "facts.counts_have_their_counter": (
        "INSERT INTO facts_counter_day (identity_id, counter_id, business_day, times) VALUES (1, 999999, '2026-01-01', 1)"
    ),
    "facts.inbox_is_not_overrun": (
        "INSERT INTO facts_inbox (received_at, source_id, form, messages, done, payload) VALUES ('2026-01-01Z', 1, 'f', 2, 2, '')"
    ),
    "facts.one_clock": (
        "INSERT INTO facts_pump (clock, stopped_code, stopped_because, quarantined, repeated) VALUES ('1970-01-01Z', '', '', 0, 0)"
    ),
    "facts.imported_rows_are_accounted_for": (
        "INSERT INTO facts_import (kind, file_name, file_hash, reading, source_id, rows, rows_done, facts, rejected, destinations, status, because,"
        " started_by, started_at) SELECT 'orders', 'a.csv', gen_random_uuid(), '{}', min(id), 3, 3, 2, 0, '{\"order\": 2}', 'done', '', 'x',"
        " '2026-01-01Z' FROM facts_source"
    ),
    "facts.rejected_rows_are_kept": (
        "INSERT INTO facts_import (kind, file_name, file_hash, reading, source_id, rows, rows_done, facts, rejected, destinations, status, because,"
        " started_by, started_at) SELECT 'orders', 'a.csv', gen_random_uuid(), '{}', min(id), 3, 3, 2, 1, '{\"order\": 2}', 'done', '', 'x',"
        " '2026-01-01Z' FROM facts_source"
    ),
}
