"""Who is who: handles attach, people merge on proof, shared devices and limits stand against it, and staff can undo."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.members import queries
from siyu.members.rules import UNDATED, Rung, highest
from siyu.members.services import (
    Choice,
    ConsentWord,
    assign_assistants,
    copy_of,
    erase_member,
    hold_rungs,
    merge_members,
    record_consent,
    tag,
    undo_merge,
    untag,
)
from siyu.merchant.rules import SYSTEM, WHOLE, Actor
from siyu.operate.verify import verify

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)
_count = 0


def user(value: str) -> Handle:
    return Handle("user_id", value)


def device(value: str) -> Handle:
    return Handle("anonymous_id", value)


def say(*handles: Handle, name: str = "page.viewed", at: datetime = NOW, **properties: object) -> None:
    """One fact; several handles are said to be one person."""
    global _count
    _count += 1
    proof = "identify" if len(handles) > 1 else ""
    fact = Incoming(name=name, occurred_at=at, message=f"said {_count}", handles=list(handles), properties=properties, proof=proof)
    record([fact], source="web", received_at=NOW)
    assert pump(NOW).stopped == ""


def people() -> set[frozenset[str]]:
    """The handles of each living member, by value."""
    groups: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT member_id FROM members_identity")
        numbers = [row[0] for row in cursor.fetchall()]
    for view in queries.identities(numbers, unmasked=True):
        groups.setdefault(view.member_id, set()).add(view.value)
    return {frozenset(group) for group in groups.values()}


def owner(value: str) -> int:
    return queries.find(value)[0]


pytestmark = pytest.mark.django_db


def test_a_new_handle_is_attached_without_a_merge() -> None:
    say(device("a1"))
    say(user("u1"), device("a1"))

    assert people() == {frozenset({"u1", "a1"})}
    assert queries.merges(owner("u1")) == []
    assert queries.seen(owner("u1"))[2] == 2  # type: ignore[index]


def test_two_known_people_merge_on_proof_and_the_merge_says_why() -> None:
    say(user("u1"))
    say(user("u2"))
    say(user("u1"), Handle("phone", "138 0013 8000"))
    say(user("u2"), Handle("phone", "+8613800138000"))

    assert people() == {frozenset({"u1", "u2", "+8613800138000"})}
    (merge,) = queries.merges(owner("u1"))
    assert merge.by == "rule"
    assert [(claim.kinds, claim.proof) for claim in merge.claims] == [(("user_id", "phone"), "identify")]


def test_why_a_merge_of_an_older_siyu_was_made_is_read_as_that_of_any_other() -> None:
    say(user("u1"))
    say(user("u2"))
    say(user("u1"), user("u2"))
    (merge,) = queries.merges(owner("u1"))
    (claim,) = merge.claims
    old = {"left": claim.left_id, "right": claim.right_id, "kinds": ["phone", "user_id"], "message": "m"}
    as_before = {"link": old, "proof": "identify", "occurred_at": NOW.isoformat(), "moved": merge.moved}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_merge_log SET evidence = %s", [json.dumps(as_before)])
        cursor.execute(import_module("siyu.members.migrations.0006_evidence").ONE_FORM)

    assert [(one.claims, one.moved) for one in queries.merges(owner("u1"))] == [([replace(claim, occurred_at=NOW)], merge.moved)]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_merge_log SET evidence = %s", [json.dumps({"replay": True, "moved": merge.moved})])
        cursor.execute(import_module("siyu.members.migrations.0006_evidence").ONE_FORM)

    assert [(one.claims, one.moved) for one in queries.merges(owner("u1"))] == [([], merge.moved)]


def test_a_shared_device_belongs_to_its_earliest_identify_and_never_merges_people() -> None:
    say(user("u2"), device("kiosk"), at=NOW)
    say(user("u3"), device("kiosk"), at=NOW + timedelta(hours=1))
    say(user("u1"), device("kiosk"), at=NOW - timedelta(days=3))  # arrives late, was first

    assert people() == {frozenset({"u1", "kiosk"}), frozenset({"u2"}), frozenset({"u3"})}
    assert len(queries.conflicts(owner("u1"))) == 2


def test_a_limit_is_kept_and_the_loser_listed_as_a_conflict() -> None:
    say(user("u1"), Handle("unionid", "later"), at=NOW)
    say(user("u1"), Handle("unionid", "earlier"), at=NOW - timedelta(minutes=1))  # arrives second, was said first

    assert people() == {frozenset({"u1", "earlier"}), frozenset({"later"})}
    assert [conflict.state for conflict in queries.conflicts(owner("u1"))] == ["conflict"]


def test_an_earlier_proof_against_a_limit_attaches_all_the_handles_it_brings() -> None:
    say(user("u1"), Handle("unionid", "A"))
    say(user("u1"), Handle("unionid", "B"), at=NOW + timedelta(hours=1))  # a conflict: one person has one UnionID

    say(user("u1"), device("d1"), Handle("phone", "13800138000"), at=NOW - timedelta(hours=1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM facts_quarantine")
        assert cursor.fetchone() == (0,)
    assert people() == {frozenset({"u1", "A", "d1", "+8613800138000"}), frozenset({"B"})}


def test_who_was_made_by_a_replay_and_loses_the_last_handle_to_another_becomes_that_other() -> None:
    phones = Handle("phone", "13800138000"), Handle("phone", "13800138002")
    say(user("u1"))
    say(Handle("unionid", "A"), user("u1"), at=NOW + timedelta(hours=3), name="member.identified", traits={"nickname": "晚风"})
    say(user("u1"), Handle("unionid", "B"), phones[0], at=NOW + timedelta(hours=2))  # earlier: A is somebody else, whom no handle came with
    made = owner("A")

    say(phones[1], Handle("unionid", "A"), phones[0], at=NOW - timedelta(hours=1))  # earlier still: the first phone is that other's, too

    assert people() == {frozenset({"u1", "B"}), frozenset({"A", "+8613800138000", "+8613800138002"})}
    assert queries.survivor(made) == owner("A")
    assert [finding for finding in verify() if not finding.holds] == []


def test_a_merge_is_logged_once_though_the_next_handle_of_its_message_replays_old_claims() -> None:
    say(user("u1"))
    say(user("u2"))
    say(user("u3"), Handle("unionid", "A"))
    say(user("u3"), Handle("unionid", "B"), at=NOW + timedelta(hours=1))
    one, two, three = owner("u1"), owner("u2"), owner("u3")

    say(user("u1"), user("u2"), Handle("unionid", "A"), at=NOW - timedelta(hours=1))

    assert people() == {frozenset({"u1", "u2", "u3", "A"}), frozenset({"B"})}
    assert sorted(merge.loser_id for merge in queries.merges(one)) == [two, three]
    assert [finding for finding in verify() if not finding.holds] == []


def test_who_was_made_by_a_replay_and_merged_lives_again_when_that_is_undone() -> None:
    phone = Handle("phone", "13800138000")
    say(user("u1"))
    say(phone)
    merge_members(SYSTEM, owner("u1"), owner("+8613800138000"), "one person", now=NOW)
    say(user("u2"), phone, name="order.paid", shop="web", order_number="1", amount_minor=1_000)
    undo_merge(SYSTEM, queries.merges(owner("u1"))[0].id, "two people", now=NOW)  # and u2 is neither of them
    first, second, made = owner("u1"), owner("+8613800138000"), owner("u2")
    merge_members(SYSTEM, second, made, "one person", now=NOW)

    undo_merge(SYSTEM, queries.merges(made)[0].id, "two people", now=NOW)

    assert (owner("u1"), owner("+8613800138000"), owner("u2")) == (first, second, made)
    assert [merge.undone_because for merge in queries.merges(made)] == ["two people"]
    assert [finding for finding in verify() if not finding.holds] == []


def test_whom_a_message_merges_before_it_replays_old_claims_has_bought_what_both_bought() -> None:
    say(user("u1"), name="order.paid", shop="web", order_number="1", amount_minor=1_000)
    say(user("u2"), name="order.paid", shop="web", order_number="2", amount_minor=1_000)
    say(user("u3"), Handle("unionid", "A"))
    say(user("u3"), Handle("unionid", "B"), at=NOW + timedelta(hours=1))  # a conflict: one person has one UnionID

    say(user("u1"), user("u2"), Handle("unionid", "A"), at=NOW - timedelta(hours=1))

    assert queries.life(owner("u1")).purchases == 2  # type: ignore[union-attr]
    assert [finding for finding in verify() if not finding.holds] == []


def test_of_one_messages_claims_the_first_named_comes_first_wherever_they_are_kept() -> None:
    say(user("u1"), Handle("unionid", "A"), Handle("unionid", "B"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_link SET id = id + 1000 WHERE id = (SELECT min(id) FROM members_link)")  # behind the other

    say(user("u1"), device("a1"), at=NOW - timedelta(hours=1))  # an earlier proof: all claims are replayed

    assert people() == {frozenset({"u1", "A", "a1"}), frozenset({"B"})}


def test_who_was_erased_is_joined_with_nobody_though_what_stood_against_it_is_forgotten() -> None:
    say(user("u1"), Handle("unionid", "A"))
    say(user("u1"), Handle("unionid", "B"), at=NOW + timedelta(hours=1))  # a conflict: one person has one UnionID
    erased = owner("B")
    erase_member(SYSTEM, erased, "they asked for it", now=NOW)
    assert [finding for finding in verify() if not finding.holds] == []

    say(user("u1"), device("a1"), at=NOW - timedelta(hours=1))  # an earlier proof: all claims are replayed

    assert [identity.kind for identity in queries.identities([erased])] == ["erased"]
    assert queries.conflicts(owner("u1")) == []
    assert [finding for finding in verify() if not finding.holds] == []


def test_who_was_erased_is_merged_with_nobody() -> None:
    say(user("u1"))
    say(user("u2"))
    one, erased = owner("u1"), owner("u2")
    erase_member(SYSTEM, erased, "they asked for it", now=NOW)

    for pair in ((one, erased), (erased, one)):
        with pytest.raises(Refusal) as refusal:
            merge_members(SYSTEM, *pair, "one person", now=NOW)
        assert refusal.value.code == "merge.erased"


def test_what_a_merge_moves_and_what_the_fact_that_brought_it_moves_is_news_of_its_own() -> None:
    say(user("u1"), name="order.paid", shop="web", order_number="1", amount_minor=1_000)
    say(user("u2"), name="order.paid", shop="web", order_number="2", amount_minor=1_000)

    say(user("u1"), user("u2"), name="friend.added")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT properties ->> 'to', count(DISTINCT message) FROM facts_log WHERE name = 'stage.changed' GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [("active", 2), ("buyer", 2), ("friend", 1), ("repeat_buyer", 1)]
    assert [finding for finding in verify() if not finding.holds] == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "0000",
        "null",
        "undefined",
        "Anonymous",
        "[object Object]",
        "(not set)",
        "distinct_id",
        "00000000-0000-0000-0000-000000000000",
        "林**",
    ],
)
def test_values_that_name_nobody_join_nobody(value: str) -> None:
    say(user("u1"), device("a1"))
    say(user(value), device("a2"))
    say(user(value), device("a3"))

    assert people() == {frozenset({"u1", "a1"}), frozenset({"a2"}), frozenset({"a3"})}


@pytest.mark.parametrize(("kind", "value"), [("phone", "138****8000"), ("phone", "138*8000"), ("email", "l*n@example.com")])
def test_what_a_shop_shows_in_part_is_nobody(kind: str, value: str) -> None:
    say(user("u1"), Handle(kind, value))
    say(user("u2"), Handle(kind, value))

    assert people() == {frozenset({"u1"}), frozenset({"u2"})}


def test_a_phone_that_a_program_kept_as_a_number_is_that_phone() -> None:
    say(user("u1"), Handle("phone", "13800138000"))
    say(user("u1"), Handle("phone", "13800138000.0"))

    assert people() == {frozenset({"u1", "+8613800138000"})}


def test_an_undone_merge_gives_each_their_history_back_and_stays_undone() -> None:
    say(user("u1"), name="pool.joined", channel="douyin")
    say(user("u2"))
    say(user("u2"))
    one, two = owner("u1"), owner("u2")
    merge_members(SYSTEM, one, two, "the same person called us", now=NOW)
    assert owner("u2") == one
    assert queries.seen(one)[2] == 3  # type: ignore[index]

    undo_merge(SYSTEM, queries.merges(one)[0].id, "it was the sister", now=NOW)

    assert (owner("u1"), owner("u2")) == (one, two)
    assert queries.seen(one)[2] == 1  # type: ignore[index]
    assert queries.seen(two)[2] == 2  # type: ignore[index]
    assert queries.life(two) is None
    say(user("u2"))
    assert owner("u2") == two
    assert queries.merges(one)[0].undone_because == "it was the sister"


def told() -> list[tuple[str, int, int]]:
    """What the log tells of merges, in its order: name, survivor, loser."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT name, (properties ->> 'survivor')::bigint, (properties ->> 'loser')::bigint FROM facts_log
            WHERE name IN ('member.merged', 'member.unmerged') ORDER BY id""")
        return cursor.fetchall()


def test_what_staff_make_of_members_is_told_once_and_counts_as_no_visit() -> None:
    say(user("u1"))
    say(user("u2"))
    one, two = owner("u1"), owner("u2")
    merge_members(SYSTEM, one, two, "the same person called us", now=NOW + timedelta(days=1))
    seen = queries.seen(one)
    assert pump(NOW).moves == 0  # its time has not come

    pump(NOW + timedelta(days=1))
    undo_merge(SYSTEM, queries.merges(one)[0].id, "it was the sister", now=NOW + timedelta(days=2))
    pump(NOW + timedelta(days=2))
    pump(NOW + timedelta(days=3))

    assert told() == [("member.merged", one, two), ("member.unmerged", one, two)]
    assert seen == (NOW, NOW, 2)
    assert queries.seen(one) == (NOW, NOW, 1)


def test_news_of_a_merge_goes_to_who_its_survivor_has_become() -> None:
    for name in ("u1", "u2", "u3"):
        say(user(name))
    one, two, three = owner("u1"), owner("u2"), owner("u3")
    merge_members(SYSTEM, two, three, "one person", now=NOW)
    merge_members(SYSTEM, one, two, "one person", now=NOW)

    pump(NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT i.member_id FROM facts_log f JOIN members_identity i ON i.id = f.identity_id WHERE f.name = 'member.merged'")
        assert cursor.fetchall() == [(one,)] * 2
    assert told() == [("member.merged", two, three), ("member.merged", one, two)]


def test_who_becomes_one_by_a_replay_is_told_with_the_claims_that_lead_from_one_to_the_other() -> None:
    for handles in ((user("u1"),), (user("u2"),), (user("u3"), Handle("unionid", "A"))):
        say(*handles)
    say(user("u3"), Handle("unionid", "B"), at=NOW + timedelta(hours=1))  # a conflict: one person has one UnionID
    one, two, three = owner("u1"), owner("u2"), owner("u3")

    say(user("u1"), user("u2"), Handle("unionid", "A"), at=NOW - timedelta(hours=1))

    assert told() == [("member.merged", one, two), ("member.merged", one, three)]
    by_loser = {merge.loser_id: merge.evidence["links"] for merge in queries.merges(one)}
    assert [link["kinds"] for link in by_loser[two]] == [["user_id", "user_id"]]
    assert [link["kinds"] for link in by_loser[three]] == [["user_id", "unionid"]]
    assert {link["proof"] for links in by_loser.values() for link in links} == {"identify"}


def test_whom_an_undo_gives_to_another_is_told_with_what_leads_there() -> None:
    say(user("u1"), Handle("unionid", "A"))
    say(user("u2"), Handle("unionid", "B"))
    say(user("u3"))
    one, two, three = owner("u1"), owner("u2"), owner("u3")
    say(user("u2"), user("u3"))
    say(user("u1"), user("u3"), at=NOW + timedelta(hours=1))  # a conflict: one person has one UnionID

    undo_merge(SYSTEM, queries.merges(two)[0].id, "it was the sister", now=NOW)
    pump(NOW)

    assert told() == [("member.merged", two, three), ("member.unmerged", two, three), ("member.merged", one, three)]
    (merge,) = queries.merges(one)
    assert [link["kinds"] for link in merge.evidence["links"]] == [["user_id", "user_id"]]


def test_an_undo_parts_them_though_a_claim_that_had_lost_leads_back_by_somebody_else_of_theirs() -> None:
    for handles in ((device("a1"),), (user("u1"),), (user("u2"),)):
        say(*handles)
    visitor, one = owner("a1"), owner("u1")
    say(user("u1"), device("a1"))
    say(user("u2"), device("a1"), at=NOW + timedelta(hours=1))  # a conflict: a device makes no two people one
    say(user("u1"), user("u2"), at=NOW + timedelta(hours=2))

    undo_merge(SYSTEM, next(merge.id for merge in queries.merges(one) if merge.loser_id == visitor), "a shared tablet", now=NOW)

    assert people() == {frozenset({"u1", "u2"}), frozenset({"a1"})}
    assert [finding for finding in verify() if not finding.holds] == []


def test_who_was_merged_and_turns_out_to_be_another_is_that_other_from_then_on() -> None:
    say(user("u1"), Handle("unionid", "A"))
    say(user("u2"), Handle("unionid", "B"))
    say(user("u3"))
    third = owner("u3")
    say(user("u2"), user("u3"))
    say(user("u1"), user("u3"), at=NOW + timedelta(hours=1))  # a conflict: one person has one UnionID

    undo_merge(SYSTEM, queries.merges(owner("u2"))[0].id, "it was the sister", now=NOW)

    assert people() == {frozenset({"u1", "A", "u3"}), frozenset({"u2", "B"})}
    assert queries.survivor(third) == owner("u1")
    assert [merge.undone_because for merge in queries.merges(owner("u2"))] == ["it was the sister"]
    assert [merge.undone_because for merge in queries.merges(owner("u1"))] == [""]
    assert [finding for finding in verify() if not finding.holds] == []


def test_a_merge_against_a_limit_is_refused() -> None:
    say(user("u1"), Handle("unionid", "w1"))
    say(user("u2"), Handle("unionid", "w2"))
    with pytest.raises(Refusal, match=r"merge\.limit"):
        merge_members(SYSTEM, owner("u1"), owner("u2"), "they look alike", now=NOW)


def test_an_old_public_id_leads_to_who_the_member_became() -> None:
    say(user("u1"))
    say(user("u2"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_id FROM members_member WHERE id = %s", [owner("u2")])
        old = cursor.fetchone()[0]
    merge_members(SYSTEM, owner("u1"), owner("u2"), "one person", now=NOW)

    assert queries.find(old) == [owner("u1")]


def test_people_are_found_by_phone_its_last_four_e_mail_and_nickname() -> None:
    say(
        user("u1"),
        Handle("phone", "13800138000"),
        Handle("email", "Xiao@Example.com"),
        name="member.identified",
        traits={"nickname": "小鱼儿"},
    )
    for text in ("138-0013-8000", "8000", "xiao@example.com", "小鱼", "u1"):
        assert queries.find(text) == [owner("u1")], text
    assert queries.find("%") == []


def test_the_newest_occurrence_of_a_trait_holds() -> None:
    say(user("u1"), name="member.identified", traits={"city": "上海"}, at=NOW)
    say(user("u1"), name="member.identified", traits={"city": "杭州"}, at=NOW - timedelta(days=2))

    assert {trait.name: trait.value for trait in queries.traits(owner("u1"))} == {"city": "上海"}


def test_personal_traits_are_masked_unless_asked_for() -> None:
    say(user("u1"), name="member.identified", traits={"name": "余晓鱼", "phone": "13800138000"})

    masked = {trait.name: trait.value for trait in queries.traits(owner("u1"))}
    assert masked == {"name": "余**", "phone": "138****8000"}
    assert {trait.value for trait in queries.traits(owner("u1"), unmasked=True)} == {"余晓鱼", "13800138000"}


def test_staff_merge_people_whom_we_first_knew_by_a_device() -> None:
    say(device("a1"))
    say(user("u1"), device("a1"))
    say(user("u2"))

    merge_members(SYSTEM, owner("u1"), owner("u2"), "the same person called us", now=NOW)

    assert people() == {frozenset({"a1", "u1", "u2"})}
    assert queries.conflicts(owner("u1")) == []


def test_tags_of_a_merged_member_are_carried_and_returned() -> None:
    say(user("u1"))
    say(user("u2"))
    one, two = owner("u1"), owner("u2")
    tag(SYSTEM, [two], "爱喝茶", now=NOW)
    merge_members(SYSTEM, one, two, "one person", now=NOW)
    assert [view.name for view in queries.tags(one)] == ["爱喝茶"]

    undo_merge(SYSTEM, queries.merges(one)[0].id, "two people", now=NOW)

    assert queries.tags(one) == []
    assert [view.name for view in queries.tags(two)] == ["爱喝茶"]
    assert untag(SYSTEM, [two], "爱喝茶") == 1


def test_the_newest_word_on_consent_holds() -> None:
    say(user("u1"))
    who = owner("u1")
    record_consent(SYSTEM, who, ConsentWord(Choice("marketing", "sms", True), "paper", "form 3"), now=NOW)
    record_consent(SYSTEM, who, ConsentWord(Choice("marketing", "sms", False), "phone"), now=NOW + timedelta(minutes=1))
    pump(NOW + timedelta(minutes=2))

    assert [(view.purpose, view.channel, view.is_given) for view in queries.consents(owner("u1"))] == [("marketing", "sms", False)]


def test_of_two_words_at_once_the_withdrawal_holds() -> None:
    for number in range(6):  # whichever message is the greater
        say(user("u1"), name="consent.given", at=NOW + timedelta(minutes=number), purpose=f"p{number}", channel="sms")
        say(user("u1"), name="consent.withdrawn", at=NOW + timedelta(minutes=number), purpose=f"p{number}", channel="sms")

    assert [view.is_given for view in queries.consents(owner("u1"))] == [False] * 6


def test_what_staff_were_told_says_who_when_and_how_and_its_note_is_hidden_and_goes_with_the_person() -> None:
    say(user("u1"))
    who, lin = owner("u1"), Actor("staff", 7, "林")
    yesterday = NOW - timedelta(days=1)
    word = ConsentWord(Choice("marketing", "wecom", True), "store", " 林小月签字，表在二号柜 ", yesterday)
    record_consent(lin, who, word, now=NOW)
    record_consent(lin, who, word, now=NOW + timedelta(minutes=1))  # the button was pressed twice
    pump(NOW + timedelta(minutes=2))

    (one,) = queries.consents_said(who, unmasked=True)
    assert (one.is_given, one.said_at, one.received_at, one.way, one.by, one.source) == (True, yesterday, NOW, "store", "林", "console")
    assert one.note == "林小月签字，表在二号柜"
    assert "小月" not in queries.consents_said(who)[0].note
    row = apps.get_model("merchant.Audit").objects.filter(verb="consent.given").first()
    assert (row.subject, row.actor_name, row.detail) == (f"member:{who}", "林", {"purpose": "marketing", "channel": "wecom"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT properties::text FROM facts_log WHERE name = 'consent.given'")
        assert "签字" not in cursor.fetchone()[0]
    assert "签字" not in str(row.because)

    erase_member(SYSTEM, who, "the member asked", now=NOW)

    assert queries.consents_said(who) == []
    with pytest.raises(Refusal) as refused:
        record_consent(lin, who, word, now=NOW)
    assert refused.value.code == "member.gone"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (ConsentWord(Choice("marketing", "sms", True), "store"), "consent.note"),
        (ConsentWord(Choice("marketing", "sms", True), "store", " "), "consent.note"),
        (ConsentWord(Choice("marketing", "sms", False), "store", "x" * 501), "consent.note"),
        (ConsentWord(Choice("advertising", "sms", False), "store"), "consent.purpose"),
        (ConsentWord(Choice("marketing", "fax", False), "store"), "consent.channel"),
        (ConsentWord(Choice("marketing", "sms", False), "dream"), "consent.way"),
        (ConsentWord(Choice("marketing", "sms", False), "store", at=NOW + timedelta(seconds=1)), "consent.time"),
        (ConsentWord(Choice("marketing", "sms", False), "store", at=UNDATED), "consent.time"),
    ],
)
def test_a_word_that_cannot_be_kept_is_refused(word: ConsentWord, code: str) -> None:
    say(user("u1"))

    with pytest.raises(Refusal) as refused:
        record_consent(SYSTEM, owner("u1"), word, now=NOW)

    assert refused.value.code == code
    assert not queries.consents_said(owner("u1"))


def test_a_withdrawal_is_heard_however_its_words_are_written() -> None:
    say(user("u1"), name="consent.given", purpose="marketing", channel="sms")
    say(user("u1"), name="consent.withdrawn", at=NOW + timedelta(minutes=1), purpose=" Marketing", channel="SMS ")
    say(user("u1"), name="consent.withdrawn", at=NOW + timedelta(minutes=1), purpose="service", channel=" ")
    say(user("u1"), name="consent.withdrawn", at=NOW + timedelta(minutes=2), purpose="  ")  # of what?

    said = {(view.purpose, view.channel, view.is_given) for view in queries.consents(owner("u1"))}
    assert said == {("marketing", "sms", False), ("service", "any", False)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM facts_quarantine")
        assert cursor.fetchall() == [("property.missing",)]


def test_an_assistant_sees_only_own_customers() -> None:
    from siyu.merchant.rules import Reach, Role, Scope
    from siyu.merchant.services import create_staff

    assistant = create_staff(SYSTEM, "lin", "林", Role.SHOP_ASSISTANT, Reach.OWN).id
    say(user("u1"))
    say(user("u2"))
    assign_assistants(SYSTEM, [(owner("u1"), assistant, None)])

    scope = Scope(assistant_id=assistant)
    assert queries.member(owner("u1"), scope) is not None
    assert queries.member(owner("u2"), scope) is None


def test_the_rung_shown_is_the_highest_held_or_reached() -> None:
    say(user("u1"), name="order.paid", shop="web", order_number="1", amount_minor=0)
    member = owner("u1")
    for held, shown in (({Rung.MEMBER}, "member"), ({Rung.MEMBER, Rung.SUPER_MEMBER}, "super_member"), (set(), "buyer")):
        with connection.cursor() as cursor:
            hold_rungs(cursor.cursor, {member: held})
        life = queries.life(member)
        assert life is not None
        assert (life.rung, highest(life.rungs)) == (shown, shown)


def traits(value: str) -> dict[str, object]:
    return {trait.name: trait.value for trait in queries.traits(owner(value), unmasked=True)}


def tell(*handles: Handle, at: datetime = NOW, **traits: object) -> None:
    say(*handles, name="member.identified", at=at, traits=traits)


def test_a_trait_of_null_is_absent_until_something_newer_is_said_of_it() -> None:
    minute = timedelta(minutes=1)
    tell(user("u1"), city="上海", email="a@example.com", at=NOW - 9 * minute)
    tell(user("u1"), city=None, email=None, skin=None, at=NOW - 5 * minute)
    tell(user("u1"), city="杭州", email="b@example.com", at=NOW - 7 * minute)  # late, and older

    assert traits("u1") == {}
    assert queries.said([owner("u1")], ["city", "email"]) == []
    assert copy_of(owner("u1"))["members"]["traits"] == {}

    tell(user("u1"), city="苏州", at=NOW)

    assert traits("u1") == {"city": "苏州"}
    assert queries.said([owner("u1")], ["city", "email"]) == [(owner("u1"), "city", "苏州")]


def test_the_newest_word_of_any_handle_decides_whether_a_trait_is_there() -> None:
    tell(user("u1"), city="上海", skin="dry", nickname="月亮", at=NOW - timedelta(minutes=9))
    tell(device("a1"), city=None, nickname=None, at=NOW - timedelta(minutes=5))
    tell(device("a1"), skin=None, at=NOW - timedelta(minutes=20))
    assert (traits("u1"), queries.member(owner("u1"), WHOLE).nickname) == ({"city": "上海", "skin": "dry", "nickname": "月亮"}, "月亮")

    say(user("u1"), device("a1"))

    assert (traits("u1"), queries.member(owner("u1"), WHOLE).nickname) == ({"skin": "dry"}, "")
    assert [finding for finding in verify() if not finding.holds] == []
