"""Check-ins, tasks and honours as they happen, and what would be wrong with them."""

from siyu.facts.pump import pump
from siyu.loyalty.tests.scene import START, days, happens, member, rows
from siyu.membership.models import CheckIn
from siyu.membership.services.check_in import check_in
from siyu.membership.services.honours import publish_board, refresh_boards
from siyu.membership.services.tasks import claim
from siyu.membership.tests.deeds import checks_in, install_behaviours, pays
from siyu.merchant.rules import SYSTEM

CORRUPTIONS = {
    "check_ins_have_their_handles": "UPDATE membership_checkin SET identity_id = 1000000000 WHERE is_made_up",
    "check_ins_were_told": "UPDATE membership_checkin SET is_made_up = false WHERE is_made_up",
    "ladder_paid_for_days": "UPDATE membership_laddergift SET day = day + 20",
    "belongings_have_living_owners": "UPDATE membership_completion SET owner_id = 1000000000",
    "completions_are_of_versions": "UPDATE membership_completion SET version = 9",
    "claims_follow_completions": "UPDATE membership_completion SET claimed_at = completed_at - interval '1 second'",
    "badges_have_their_levels": "UPDATE membership_badgeaward SET level = 7 WHERE id = (SELECT max(id) FROM membership_badgeaward)",
    "ranks_follow_values": "UPDATE membership_rank SET rank = 3 WHERE rank = 1",
}


def scene() -> None:
    """Anna checks in three days running and buys twice; Ben checks in once, by a service, and has a day made up for him."""
    install_behaviours()
    for number in range(3):
        checks_in("anna", START + days(number))
        pays("anna", f"A{number}", START + days(number))
    claim(SYSTEM, member("anna"), "orders_3", START + days(2), step=1)
    happens("page.viewed", "ben", START)
    check_in(SYSTEM, [member("ben")], START + days(3))
    pump(START + days(3))
    _made_up()
    rows("UPDATE members_member SET is_identified = true RETURNING id")  # leaderboards rank people, not visitors
    publish_board(SYSTEM, "check_ins", "签到榜", {"measure": "check_ins"}, START.date(), now=START)
    refresh_boards(START + days(3))


def _made_up() -> None:
    handle = CheckIn.objects.order_by("-id").values_list("identity_id", flat=True)[0]
    CheckIn.objects.create(identity_id=handle, day=START.date() + days(1), at=START + days(3), is_made_up=True)
