-- name: touch_has_its_reason
-- What was not sent says why, and what was sent says when.
SELECT 'touch ' || id, 'status ' || status || ', why ' || why
FROM touches_touch
WHERE (status IN ('refused', 'failed', 'control', 'unknown') AND why = '') OR (status = 'sent' AND sent_at IS NULL)
   OR (status IN ('reserved', 'asked') AND at IS NULL)
LIMIT 1

-- name: touch_has_a_status
-- A touch stands in one of the known states.
SELECT 'touch ' || id, 'status ' || status FROM touches_touch
WHERE status NOT IN ('reserved', 'asked', 'sending', 'sent', 'refused', 'failed', 'unknown', 'control') LIMIT 1

-- name: touch_of_root_member
-- A touch belongs to a member who was not merged into another.
SELECT 'touch ' || t.id, 'member ' || t.member_id || ' was merged into ' || m.merged_into_id
FROM touches_touch t JOIN members_member m ON m.id = t.member_id WHERE m.merged_into_id IS NOT NULL LIMIT 1

-- name: no_orphan_touch
-- Member and template of a touch exist, and its template is for its medium.
SELECT 'touch ' || t.id, 'member ' || t.member_id || ', template ' || t.template_id
FROM touches_touch t LEFT JOIN members_member m ON m.id = t.member_id LEFT JOIN touches_template e ON e.id = t.template_id
WHERE m.id IS NULL OR e.id IS NULL OR e.medium <> t.medium OR e.purpose <> t.purpose LIMIT 1

-- name: inbox_of_a_sent_touch
-- A message of the member centre is that of a touch that was sent to this member.
SELECT 'message ' || i.touch_id, 'touch ' || coalesce(t.status, 'missing') || ' of member ' || coalesce(t.member_id::text, '-')
FROM touches_inboxmessage i LEFT JOIN touches_touch t ON t.id = i.touch_id
WHERE t.id IS NULL OR t.status <> 'sent' OR t.member_id <> i.member_id LIMIT 1
