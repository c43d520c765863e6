-- name: badges
-- What the data in this installation must be called on every page.
SELECT DISTINCT badge FROM facts_source WHERE badge <> '' ORDER BY badge LIMIT 10;

-- name: open_alarms
-- Alarms nobody has cleared, newest first.
SELECT code, message, raised_at FROM merchant_alarm WHERE cleared_at IS NULL ORDER BY raised_at DESC, id DESC LIMIT %(limit)s;
