-- name: an_owner_stays
-- Where anyone can log in, an owner can.
SELECT 'staff ' || min(id), 'can log in, but no owner can'
FROM merchant_staff WHERE archived_at IS NULL AND password NOT LIKE '!%'
HAVING count(*) > 0 AND NOT bool_or(role = 'owner')

-- name: staff_have_a_posting
-- Every staff member's reach is one that the role has, with the region or store it speaks of.
SELECT 'staff ' || id, role || ' reaches ' || reach || ', region ' || coalesce(region_id::text, 'none') || ', store ' || coalesce(store_id::text, 'none')
FROM merchant_staff
WHERE (role, reach) NOT IN (
    ('owner', 'all'), ('operator', 'all'), ('analyst', 'all'), ('analyst', 'region'), ('analyst', 'store'),
    ('customer_service', 'all'), ('customer_service', 'region'), ('customer_service', 'store'),
    ('store_manager', 'store'), ('store_manager', 'region'), ('shop_assistant', 'own'),
    ('finance', 'all'), ('finance', 'region'), ('finance', 'store')
) OR (reach = 'region') <> (region_id IS NOT NULL) OR (reach = 'store' AND store_id IS NULL) OR (reach = 'all' AND store_id IS NOT NULL)
ORDER BY id

-- name: staff_work_where_work_goes_on
-- Nobody who works here belongs to an archived store or region.
SELECT 'staff ' || s.id, 'works in an archived ' || CASE WHEN t.archived_at IS NOT NULL THEN 'store' ELSE 'region' END
FROM merchant_staff s LEFT JOIN merchant_store t ON t.id = s.store_id LEFT JOIN merchant_region r ON r.id = s.region_id
WHERE s.archived_at IS NULL AND (t.archived_at IS NOT NULL OR r.archived_at IS NOT NULL) ORDER BY s.id

-- name: stores_lie_in_living_regions
-- No living store lies in an archived region.
SELECT 'store ' || t.id, 'region ' || r.id || ' is archived'
FROM merchant_store t JOIN merchant_region r ON r.id = t.region_id
WHERE t.archived_at IS NULL AND r.archived_at IS NOT NULL ORDER BY t.id

-- name: who_left_cannot_log_in
-- An archived staff member has no password.
SELECT 'staff ' || id, 'is archived and has a password' FROM merchant_staff
WHERE archived_at IS NOT NULL AND password NOT LIKE '!%' ORDER BY id

-- name: settings_keep_their_type
-- All dated values of a setting have one type.
SELECT 'setting ' || name, 'has values of the types ' || string_agg(DISTINCT jsonb_typeof(value), ', ')
FROM merchant_settingvalue GROUP BY name HAVING count(DISTINCT jsonb_typeof(value)) > 1 ORDER BY name

-- name: currency_and_zone_can_be_read
-- Every currency is an ISO 4217 code, every time zone has a name.
SELECT 'setting ' || name, 'from ' || effective_day || ' is ' || value::text FROM merchant_settingvalue
WHERE (name = 'merchant.currency' AND (jsonb_typeof(value) <> 'string' OR value #>> '{}' !~ '^[A-Z]{3}$'))
   OR (name = 'merchant.zone' AND (jsonb_typeof(value) <> 'string' OR value #>> '{}' !~ '^[A-Za-z0-9_+/-]+$'))
ORDER BY name, effective_day

-- name: keys_are_hashed
-- A key is kept as a SHA-256; a write key has a source and no scopes, an API key has no source.
SELECT 'key ' || id, kind || ', hash of ' || length(hash) || ' bytes, source "' || source || '", ' || cardinality(scopes) || ' scopes'
FROM merchant_key
WHERE length(hash) <> 32 OR length(tail) <> 4
   OR NOT ((kind = 'write' AND source <> '' AND cardinality(scopes) = 0) OR (kind = 'api' AND source = '')) ORDER BY id

-- name: audit_names_who_acted
-- Every audit row names a kind of actor that exists, and everyone but the system by number.
SELECT 'audit ' || id, 'actor ' || actor_kind || ' ' || coalesce(actor_id::text, 'without a number') FROM merchant_audit
WHERE actor_kind NOT IN ('staff', 'system', 'api_key', 'member') OR (actor_id IS NULL) <> (actor_kind = 'system')
   OR actor_name = '' OR verb = '' ORDER BY id

-- name: audit_stands_as_written
-- The role that the application runs as may not change or remove audit rows.
SELECT 'role ' || current_user, 'may ' || verb || ' merchant_audit'
FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS verb WHERE has_table_privilege('merchant_audit', verb) ORDER BY verb

-- name: cleared_alarms_say_by_whom
-- An alarm is cleared by someone, or it is open.
SELECT 'alarm ' || id, CASE WHEN cleared_at IS NULL THEN 'open, yet cleared by ' || cleared_by ELSE 'cleared by nobody' END
FROM merchant_alarm WHERE (cleared_at IS NULL) <> (cleared_by = '') ORDER BY id
