-- name: rules
-- Every version of every earn rule.
SELECT id, code, version, name, from_day, until_day, definition::text FROM loyalty_earnrule ORDER BY code, version

-- name: tiers
-- Every version of the tiers of a track, its steps in order.
SELECT version, from_day, code, name, rank, threshold, multiplier FROM loyalty_tier WHERE track = %(track)s ORDER BY version, threshold

-- name: sources
-- The names of the sources of facts.
SELECT id, name FROM facts_source ORDER BY id

-- name: units
-- Every version of every unit.
SELECT code, version, kind, name, from_day, terms::text FROM loyalty_unit ORDER BY code, version
