-- name: touch_has_its_reason
-- What was not sent says why, and what was sent says when.
SELECT 'touch ' || id, 'status ' || status || ', why ' || why
FROM touches_touch
WHERE (status IN ('refused', 'failed', 'control', 'unknown') AND why = '') OR (status = 'sent' AND sent_at IS NULL)
   OR (status IN ('reserved', 'asked') AND at IS NULL)

-- name: touch_has_a_status
-- A touch stands in one of the known states.
SELECT 'touch ' || id, 'status ' || status FROM touches_touch
WHERE status NOT IN ('reserved', 'asked', 'sending', 'sent', 'refused', 'failed', 'unknown', 'control')

-- name: touch_of_root_member
-- A touch belongs to a member who was not merged into another.
SELECT 'touch ' || t.id, 'member ' || t.member_id || ' was merged into ' || m.merged_into_id
FROM touches_touch t JOIN members_member m ON m.id = t.member_id WHERE m.merged_into_id IS NOT NULL

-- name: no_orphan_touch
-- Member and template of a touch exist, and its template is for its medium.
SELECT 'touch ' || t.id, 'member ' || t.member_id || ', template ' || t.template_id
FROM touches_touch t LEFT JOIN members_member m ON m.id = t.member_id LEFT JOIN touches_template e ON e.id = t.template_id
WHERE m.id IS NULL OR e.id IS NULL OR e.medium <> t.medium OR e.purpose <> t.purpose

-- name: inbox_of_a_sent_touch
-- A message of the member centre is that of a touch that was sent to this member.
SELECT 'message ' || i.touch_id, 'touch ' || coalesce(t.status, 'missing') || ' of member ' || coalesce(t.member_id::text, '-')
FROM touches_inboxmessage i LEFT JOIN touches_touch t ON t.id = i.touch_id
WHERE t.id IS NULL OR t.status <> 'sent' OR t.member_id <> i.member_id

-- name: files_of_templates_are_kept
-- Every file that goes along with a template is there.
SELECT 'template ' || t.id, 'its file ' || listed.id || ' does not exist'
FROM touches_template t CROSS JOIN LATERAL (SELECT value::bigint AS id FROM jsonb_array_elements_text(t.files)) AS listed
LEFT JOIN touches_file f ON f.id = listed.id WHERE f.id IS NULL

-- name: task_stands_as_its_touch
-- An open staff task is a touch that is asked of staff, a done one was sent (or came back), and any other was refused.
SELECT 'task ' || k.touch_id, 'state ' || k.state || ', touch ' || coalesce(t.status, 'missing')
FROM touches_stafftask k LEFT JOIN touches_touch t ON t.id = k.touch_id
WHERE t.status IS NULL OR (k.state = 'done' AND t.status NOT IN ('sent', 'failed')) OR (k.state = 'open' AND t.status <> 'asked')
   OR (k.state NOT IN ('open', 'done') AND t.status <> 'refused')

-- name: task_of_its_touchs_member
-- A staff task is about the member of its touch.
SELECT 'task ' || k.touch_id, 'member ' || k.member_id || ', touch of ' || t.member_id
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id WHERE t.member_id <> k.member_id

-- name: task_says_who_closed_it
-- A task that is not open any more says when it was closed, and an open one does not.
SELECT 'task ' || touch_id, 'state ' || state || ', closed ' || coalesce(closed_at::text, 'never')
FROM touches_stafftask WHERE (state = 'open') <> (closed_at IS NULL) OR state NOT IN ('open', 'done', 'skipped', 'expired', 'closed')

-- name: task_is_read_as_its_touch
-- A staff task was read when its touch was opened.
SELECT 'task ' || k.touch_id, 'read ' || coalesce(k.read_at::text, 'never') || ', touch opened ' || coalesce(t.opened_at::text, 'never')
FROM touches_stafftask k JOIN touches_touch t ON t.id = k.touch_id WHERE k.read_at IS DISTINCT FROM t.opened_at

-- name: step_has_its_wish
-- A step of a standing order that was wished is a touch of its own.
SELECT 'step ' || s.code || ' D' || s.day, 'member ' || s.origin_id || ' has no touch'
FROM touches_sopstand s LEFT JOIN touches_touch t ON t.key = 'sop:' || s.code || ':' || s.origin_id || ':' || s.day
WHERE s.state = 'wished' AND t.id IS NULL

-- name: step_of_root_member
-- A step of a standing order belongs to a member who was not merged into another.
SELECT 'step ' || s.code || ' D' || s.day, 'member ' || s.member_id || ' was merged'
FROM touches_sopstand s JOIN members_member m ON m.id = s.member_id WHERE m.merged_into_id IS NOT NULL

-- name: send_counts_its_heads
-- A send that has begun has as many heads as it says.
SELECT 'send ' || s.id, 'size ' || s.size || ', heads ' || count(h.member_id)
FROM touches_send s LEFT JOIN touches_head h ON h.send_id = s.id GROUP BY s.id HAVING s.size <> count(h.member_id)

-- name: send_has_its_state
-- A send stands in a known state, and one that runs or is done has begun.
SELECT 'send ' || id, 'status ' || status FROM touches_send
WHERE status NOT IN ('draft', 'scheduled', 'running', 'paused', 'done', 'cancelled') OR (status IN ('running', 'done') AND started_at IS NULL)

-- name: touch_of_a_send_has_its_head
-- What a send touched is a head of its audience; what never went and was let go again has left its place to another.
SELECT 'touch ' || t.id, t.key FROM touches_send s JOIN touches_touch t ON t.source = 'send:' || s.id
WHERE position('person.not_sent' IN t.key) = 0
  AND NOT EXISTS (SELECT 1 FROM touches_head h WHERE h.send_id = s.id AND t.key = 'send:' || s.id || ':' || h.member_id AND h.member_id = t.origin_id)
