-- name: check_ins
-- The days on which the member checked in.
SELECT c.day, c.at, c.is_made_up FROM members_identity i JOIN membership_checkin c ON c.identity_id = i.id
WHERE i.member_id = %(member)s ORDER BY c.day LIMIT 10000

-- name: ladder
-- The steps of the check-in ladder that were given.
SELECT day, streak, given_at FROM membership_laddergift WHERE owner_id = %(member)s ORDER BY day LIMIT 10000

-- name: tasks
-- The steps of tasks that the member completed.
SELECT task, start, step + 1, completed_at, claimed_at FROM membership_completion WHERE owner_id = %(member)s ORDER BY completed_at LIMIT 10000

-- name: badges
-- The badges that the member has, or had.
SELECT b.name, a.level, a.awarded_at, a.revoked_at FROM membership_badgeaward a JOIN membership_badge b ON b.id = a.badge_id
WHERE a.owner_id = %(member)s ORDER BY a.awarded_at LIMIT 10000

-- name: ranks
-- The member's places on leaderboards.
SELECT b.name, p.start, r.rank, r.value
FROM membership_rank r JOIN membership_boardperiod p ON p.id = r.period_id JOIN membership_board b ON b.id = p.board_id
WHERE r.owner_id = %(member)s ORDER BY p.start LIMIT 10000

-- name: cards
-- The cards that the member found.
SELECT title, words, at FROM membership_card WHERE owner_id = %(member)s ORDER BY at LIMIT 10000

-- name: redemptions
-- What the member redeemed, and where it went.
SELECT r.number, g.name, r.quantity, r.points, r.state, r.redeemed_at, r.address, r.carrier, r.tracking
FROM membership_redemption r JOIN membership_gift g ON g.id = r.gift_id WHERE r.owner_id = %(member)s ORDER BY r.redeemed_at LIMIT 10000

-- name: blank_redemptions
-- Where gifts went, and the codes to fetch them.
UPDATE membership_redemption SET address = NULL, tracking = '', pick_up_hash = NULL, pick_up_code = NULL WHERE owner_id = %(member)s

-- name: forget_check_ins
-- The days of the member's handles.
DELETE FROM membership_checkin c USING members_identity i WHERE i.id = c.identity_id AND i.member_id = %(member)s

-- name: forget_cards
-- What was written to the member.
DELETE FROM membership_card WHERE owner_id = %(member)s

-- name: forget_anniversaries
-- Since when the member is what they are.
DELETE FROM membership_anniversary WHERE member_id = %(member)s

-- name: hide
-- An erased member is not shown on leaderboards.
DELETE FROM membership_rank WHERE owner_id = %(member)s
