-- name: hold
-- A member's due work of a room lies in quarantine until it is tried again; returns how often it failed.
INSERT INTO facts_quarantine AS q (received_at, source_id, form, code, because, name, message, payload, member_id, attempts, again_at)
VALUES (%(until)s::timestamptz, %(source)s, 'd', %(code)s, %(because)s, %(room)s, %(message)s, %(payload)s, %(member)s, 1,
        %(until)s::timestamptz + %(soonest)s::interval)
ON CONFLICT (message) WHERE replayed_at IS NULL AND dismissed_at IS NULL
DO UPDATE SET code = EXCLUDED.code, because = EXCLUDED.because, attempts = q.attempts + 1,
    again_at = %(until)s::timestamptz + %(soonest)s::interval * 2 ^ least(q.attempts, %(doublings)s::int)
RETURNING attempts
