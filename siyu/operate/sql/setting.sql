-- name: has_facts
-- Whether anything has ever come in: then what was in force on past days stands.
SELECT EXISTS (SELECT FROM facts_log) OR EXISTS (SELECT FROM facts_inbox)
