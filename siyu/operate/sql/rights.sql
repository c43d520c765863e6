-- name: update_merchant_audit
-- Audit rows stand as written.
UPDATE merchant_audit SET verb = verb WHERE false

-- name: delete_merchant_audit
-- Audit rows stay.
DELETE FROM merchant_audit WHERE false

-- name: update_loyalty_entry
-- Ledger entries stand as posted.
UPDATE loyalty_entry SET id = id WHERE false

-- name: delete_loyalty_entry
-- Ledger entries stay.
DELETE FROM loyalty_entry WHERE false

-- name: update_loyalty_operation
-- What was asked of the ledger stands as asked.
UPDATE loyalty_operation SET id = id WHERE false

-- name: delete_loyalty_operation
-- What was asked of the ledger stays.
DELETE FROM loyalty_operation WHERE false

-- name: update_loyalty_seal
-- Seals stand as set.
UPDATE loyalty_seal SET id = id WHERE false

-- name: delete_loyalty_seal
-- Seals stay.
DELETE FROM loyalty_seal WHERE false

-- name: update_facts_log
-- What happened does not change.
UPDATE facts_log SET name = name WHERE false

-- name: delete_facts_log
-- What happened stays.
DELETE FROM facts_log WHERE false

-- name: insert_django_migrations
-- Only the owner migrates.
INSERT INTO django_migrations (app, name, applied) SELECT app, name, applied FROM django_migrations WHERE false

-- name: update_django_migrations
-- Only the owner migrates.
UPDATE django_migrations SET name = name WHERE false

-- name: delete_django_migrations
-- Only the owner migrates.
DELETE FROM django_migrations WHERE false
