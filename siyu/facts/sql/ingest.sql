-- name: append_bodies
-- Segment bodies as they were received, encrypted; many requests share one COPY and one commit.
COPY facts_inbox (received_at, source_id, form, messages, done, payload) FROM STDIN (FORMAT BINARY)

-- name: name_sources
-- Sources that living write keys name and nothing has used yet.
INSERT INTO facts_source (name, title, badge)
SELECT DISTINCT source, '', '' FROM merchant_key AS key
WHERE kind = 'write' AND revoked_at IS NULL AND NOT EXISTS (SELECT FROM facts_source WHERE name = key.source)
ON CONFLICT (name) DO NOTHING

-- name: living_keys
-- The write keys that may send, with the number of their source.
SELECT key.id, key.hash, source.id
FROM merchant_key AS key JOIN facts_source AS source ON source.name = key.source
WHERE key.kind = 'write' AND key.revoked_at IS NULL
ORDER BY key.id DESC LIMIT %(limit)s

-- name: waiting_envelopes
-- How many envelopes wait for the pump, counted no further than the limit.
SELECT count(*) FROM (SELECT FROM facts_inbox LIMIT %(limit)s) AS waiting
