"""For each invariant of the people's room: one row to corrupt, as the owner, after a small pool was seeded."""

CORRUPTIONS = {
    "members.log_has_its_handles": "UPDATE facts_log SET identity_id = -1 WHERE id = (SELECT max(id) FROM facts_log WHERE depth > 0)",
    "members.handles_belong_to_the_living": (
        "UPDATE members_identity SET member_id = (SELECT min(id) FROM members_member WHERE merged_into_id IS NOT NULL) "
        "WHERE id = (SELECT i.id FROM members_identity i WHERE i.kind = 'card' LIMIT 1)"
    ),
    "members.handles_come_with_a_member": "UPDATE members_identity SET origin_id = -1 WHERE id = (SELECT min(id) FROM members_identity)",
    "members.people_are_identified_by_handles": (
        "UPDATE members_member SET is_identified = false WHERE id = (SELECT min(member_id) FROM members_identity WHERE kind = 'user_id')"
    ),
    "members.merges_are_logged": "UPDATE members_merge_log SET undone_at = '2026-01-01Z'",
    "members.members_are_called_as_they_say": "UPDATE members_member SET nickname = 'nobody' WHERE id = (SELECT min(id) FROM members_member)",
    "members.members_belong_to_what_exists": "UPDATE members_member SET store_id = -1 WHERE id = (SELECT min(id) FROM members_member)",
    "members.merges_are_of_members": (
        "INSERT INTO members_merge_log (survivor_id, loser_id, merged_at, by, because, evidence, undone_at, undone_by, undone_because) "
        "SELECT -1, loser_id, merged_at, by, because, evidence, merged_at, '', '' FROM members_merge_log LIMIT 1"
    ),
    "members.merges_end": (
        "UPDATE members_member SET merged_into_id = id WHERE id = (SELECT min(id) FROM members_member WHERE merged_into_id IS NOT NULL)"
    ),
    "members.joined_links_join": "UPDATE members_link SET state = 'joined' WHERE state = 'conflict'",
    "members.links_have_their_handles": "UPDATE members_link SET left_id = -1 WHERE id = (SELECT min(id) FROM members_link)",
    "members.rollups_equal_log": "UPDATE members_rollup SET facts = facts + 1 WHERE member_id = (SELECT min(member_id) FROM members_rollup)",
    "members.traits_have_their_handles": "UPDATE members_trait SET identity_id = -1 WHERE id = (SELECT min(id) FROM members_trait WHERE name <> 'nickname')",
    "members.consents_have_their_handles": "UPDATE members_consent SET identity_id = -1 WHERE id = (SELECT min(id) FROM members_consent)",
    "members.clocks_belong_to_the_living": (
        "INSERT INTO members_lifecycle (member_id, pool_channel, purchases, rungs, pool_stage, activity, rung) VALUES (-1, '', 0, 1, '', '', 'stranger')"
    ),
    "members.clocks_follow_facts": "UPDATE members_lifecycle SET purchases = purchases + 1 WHERE member_id = (SELECT min(member_id) FROM members_lifecycle WHERE purchases > 0)",
    "members.clocks_are_not_overdue": (
        "UPDATE members_lifecycle SET due_at = '1970-01-01Z' WHERE member_id = (SELECT min(member_id) FROM members_lifecycle)"
    ),
}
