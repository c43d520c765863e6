-- name: rules
-- Every version of every earn rule.
SELECT id, code, version, name, from_day, until_day, definition::text FROM loyalty_earnrule ORDER BY code, version

-- name: tiers
-- Every version of every track's tiers, its steps in order, with the terms of the version; and whether staff have granted any tier.
SELECT t.version, t.from_day, t.code, t.name, t.rank, t.threshold, t.multiplier, t.keep, t.gifts::text, t.track, v.terms::text, v.migration,
       v.by_hand_at, EXISTS (SELECT FROM loyalty_tierfloor)
FROM loyalty_tier t
LEFT JOIN loyalty_trackversion v ON v.track = t.track AND v.version = t.version
ORDER BY t.track, t.version, t.threshold

-- name: sources
-- The names of the sources of facts.
SELECT id, name FROM facts_source ORDER BY id

-- name: units
-- Every version of every unit.
SELECT code, version, kind, name, from_day, terms::text FROM loyalty_unit ORDER BY code, version
