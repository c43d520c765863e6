-- name: raise_alarm
-- Open an alarm; one that is open already keeps its beginning and takes the new message.
INSERT INTO merchant_alarm (code, subject, message, raised_at, cleared_by)
VALUES (%(code)s, %(subject)s, %(message)s, %(now)s, '')
ON CONFLICT (code, subject) WHERE cleared_at IS NULL DO UPDATE SET message = excluded.message
