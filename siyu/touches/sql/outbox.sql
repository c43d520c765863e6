-- name: claim
-- Touches of a medium whose time has come, the most important first; whoever claims them holds them until the transaction ends.
SELECT id, key, member_id, medium, purpose, template_id, values::text, source, priority, at, until, attempts, wanted_at
FROM touches_touch WHERE status = 'reserved' AND medium = %(medium)s AND at <= %(now)s
ORDER BY priority DESC, at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED

-- name: pace
-- How many of a medium were handed over since an instant.
SELECT count(*) FROM touches_touch WHERE medium = %(medium)s AND (sent_at > %(since)s OR (status = 'sending' AND claimed_at > %(since)s))

-- name: handles
-- The handle by which a medium reaches each member: the one heard of last.
SELECT DISTINCT ON (i.member_id) i.member_id, i.id, i.value FROM members_identity i
LEFT JOIN touches_badaddress b ON b.identity_id = i.id AND b.medium = %(medium)s
WHERE i.member_id = ANY(%(members)s) AND i.kind = %(kind)s AND b.id IS NULL ORDER BY i.member_id, i.first_seen DESC, i.id DESC

-- name: sending
-- From here on a touch is with the provider, whatever happens to us. It fills caps from now on, however long it had to wait.
UPDATE touches_touch SET status = 'sending', at = %(now)s, claimed_at = %(now)s, attempts = attempts + 1 WHERE id = ANY(%(ids)s)

-- name: put_back
-- What was claimed and not handed over waits again, as if nobody had claimed it.
UPDATE touches_touch SET status = 'reserved', attempts = attempts - 1 WHERE id = ANY(%(ids)s) AND status = 'sending'

-- name: settle
-- What became of touches that were claimed; only what is still being sent can be settled, or was believed to be lost with its sender.
UPDATE touches_touch t
SET status = new.status, why = new.why, detail = new.detail, receipt = new.receipt, at = coalesce(new.at, t.at), sent_at = new.sent_at
FROM unnest(%(ids)s::uuid[], %(statuses)s::text[], %(whys)s::text[], %(details)s::text[], %(receipts)s::text[], %(ats)s::timestamptz[],
    %(sent)s::timestamptz[]) AS new (id, status, why, detail, receipt, at, sent_at)
WHERE t.id = new.id AND (t.status IN ('sending', 'reserved', 'asked') OR (t.status = 'unknown' AND t.why = 'sender.gone'))

-- name: forgotten
-- Touches whose sender went away between handing over and writing down: nobody knows, and nobody sends them again by themselves.
UPDATE touches_touch SET status = 'unknown', why = 'sender.gone', detail = 'the sender stopped between handing over and writing down'
WHERE status = 'sending' AND claimed_at < %(before)s RETURNING id

-- name: insert_links
-- Addresses of a touch under tokens of their own.
INSERT INTO touches_link (token, touch_id, url, clicks)
SELECT token, touch, url, 0 FROM unnest(%(tokens)s::text[], %(touches)s::uuid[], %(urls)s::text[]) AS new (token, touch, url)

-- name: insert_inbox
-- Messages as they stand in the member centre.
INSERT INTO touches_inboxmessage (touch_id, member_id, words, at)
SELECT touch, member, words, %(now)s FROM unnest(%(touches)s::uuid[], %(members)s::bigint[], %(words)s::bytea[]) AS new (touch, member, words)

-- name: refuse_address
-- A handle that a provider said does not exist.
INSERT INTO touches_badaddress (identity_id, medium, because, at)
SELECT identity, %(medium)s, because, %(now)s FROM unnest(%(identities)s::bigint[], %(becauses)s::text[]) AS new (identity, because)
ON CONFLICT (identity_id, medium) DO NOTHING
