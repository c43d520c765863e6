-- name: take_stock
-- Take pieces of a gift that is on sale, if so many are left: the one place where stock goes down by redeeming.
UPDATE membership_gift SET stock = stock - %(pieces)s
WHERE id = %(gift)s AND (stock IS NULL OR stock >= %(pieces)s) AND (is_on_sale AND archived_at IS NULL OR %(is_given)s)
RETURNING stock IS NOT NULL

-- name: return_stock
-- Pieces come back to a gift's stock.
UPDATE membership_gift SET stock = stock + %(pieces)s WHERE id = %(gift)s AND stock IS NOT NULL RETURNING true

-- name: change_stock
-- More pieces, or fewer: never below none. Gifts without end have no stock to change.
UPDATE membership_gift SET stock = stock + %(pieces)s
WHERE id = %(gift)s AND stock IS NOT NULL AND stock + %(pieces)s BETWEEN 0 AND %(most)s RETURNING stock

-- name: used
-- How many of a gift a member has redeemed since a day, those given back aside.
SELECT coalesce(sum(quantity), 0)::bigint FROM membership_redemption
WHERE owner_id = %(member)s AND gift_id = %(gift)s AND business_day BETWEEN %(first)s AND %(last)s AND state NOT IN ('cancelled', 'expired')
  AND key NOT LIKE 'reward:%%'

-- name: used_of_all
-- How many of each gift a member has ever redeemed on each day, those given back aside.
SELECT gift_id, business_day, sum(quantity)::bigint FROM membership_redemption
WHERE owner_id = %(member)s AND state NOT IN ('cancelled', 'expired') AND key NOT LIKE 'reward:%%' GROUP BY gift_id, business_day

-- name: take_codes
-- The oldest free codes of a pool, handed to a redemption: each once.
UPDATE membership_voucher v SET redemption_id = %(redemption)s
FROM (
    SELECT id FROM membership_voucher WHERE gift_id = %(gift)s AND redemption_id IS NULL AND withdrawn_at IS NULL
    ORDER BY id LIMIT %(pieces)s FOR UPDATE
) AS free
WHERE v.id = free.id

-- name: add_codes
-- New codes of a pool; one that is known already is left out.
INSERT INTO membership_voucher (gift_id, code, hash)
SELECT %(gift)s, * FROM unnest(%(codes)s::bytea[], %(hashes)s::uuid[])
ON CONFLICT (gift_id, hash) DO NOTHING

-- name: codes_of
-- The codes that a redemption was handed.
SELECT code FROM membership_voucher WHERE redemption_id = %(redemption)s ORDER BY id

-- name: lock
-- A redemption by its number, locked after its member.
SELECT id FROM membership_redemption WHERE number = %(number)s FOR UPDATE

-- name: due
-- Redemptions that nobody fetched or shipped in time, oldest first.
SELECT number, owner_id, due_at FROM membership_redemption r
WHERE due_at <= %(until)s AND r.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.expiries'))
ORDER BY due_at, id LIMIT %(limit)s

-- name: next_due
-- When the next redemption expires.
SELECT (
    SELECT due_at FROM membership_redemption r
    WHERE due_at IS NOT NULL AND r.owner_id <> ALL(ARRAY(SELECT member_id FROM facts_held WHERE room = 'membership.expiries'))
    ORDER BY due_at LIMIT 1
)

-- name: standing
-- Tier and tags of a member.
SELECT coalesce((SELECT tier FROM loyalty_standing WHERE member_id = %(member)s AND track = 'growth'), ''),
       ARRAY(SELECT t.name FROM members_tagging g JOIN members_tag t ON t.id = g.tag_id WHERE g.member_id = %(member)s)

-- name: listing
-- Redemptions with their gift and member, newest first, before a place.
SELECT r.id, r.number, g.code, g.name, g.kind, m.public_id, m.nickname, r.quantity, r.points, r.money_minor, r.delivery, r.state,
       r.redeemed_at, r.moved_at, r.due_at, r.carrier, r.tracking, r.store_id, r.handed_by, r.because, r.address IS NOT NULL
FROM membership_redemption r JOIN membership_gift g ON g.id = r.gift_id JOIN members_member m ON m.id = r.owner_id
WHERE (r.redeemed_at, r.id) < (%(before)s, %(before_id)s)
  AND (%(state)s::text IS NULL OR r.state = %(state)s)
  AND (%(gift)s::text IS NULL OR g.code = %(gift)s)
  AND (%(member)s::bigint IS NULL OR r.owner_id = %(member)s)
  AND (%(number)s::text IS NULL OR r.number = %(number)s)
  AND (%(first)s::date IS NULL OR r.business_day >= %(first)s)
  AND (%(last)s::date IS NULL OR r.business_day <= %(last)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY r.redeemed_at DESC, r.id DESC LIMIT %(limit)s

-- name: listing_backwards
-- Redemptions as in `listing`, behind a place, oldest first.
SELECT r.id, r.number, g.code, g.name, g.kind, m.public_id, m.nickname, r.quantity, r.points, r.money_minor, r.delivery, r.state,
       r.redeemed_at, r.moved_at, r.due_at, r.carrier, r.tracking, r.store_id, r.handed_by, r.because, r.address IS NOT NULL
FROM membership_redemption r JOIN membership_gift g ON g.id = r.gift_id JOIN members_member m ON m.id = r.owner_id
WHERE (r.redeemed_at, r.id) > (%(before)s, %(before_id)s)
  AND (%(state)s::text IS NULL OR r.state = %(state)s)
  AND (%(gift)s::text IS NULL OR g.code = %(gift)s)
  AND (%(member)s::bigint IS NULL OR r.owner_id = %(member)s)
  AND (%(number)s::text IS NULL OR r.number = %(number)s)
  AND (%(first)s::date IS NULL OR r.business_day >= %(first)s)
  AND (%(last)s::date IS NULL OR r.business_day <= %(last)s)
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
ORDER BY r.redeemed_at, r.id LIMIT %(limit)s

-- name: figures
-- Redemptions of a span by gift: how many, pieces kept, points kept, still open.
SELECT r.gift_id, count(*), coalesce(sum(r.quantity) FILTER (WHERE r.state NOT IN ('cancelled', 'expired')), 0)::bigint,
       coalesce(sum(r.points) FILTER (WHERE r.state NOT IN ('cancelled', 'expired')), 0)::bigint,
       count(*) FILTER (WHERE r.state IN ('waiting', 'ready'))
FROM membership_redemption r JOIN members_member m ON m.id = r.owner_id
WHERE r.business_day BETWEEN %(first)s AND %(last)s
  AND (%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s))
  AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s)
GROUP BY r.gift_id

-- name: product_pictures
-- Pictures of products by SKU.
SELECT sku, image_url FROM orders_product WHERE sku = ANY(%(skus)s) AND image_url <> ''
