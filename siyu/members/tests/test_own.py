"""What members do themselves: show a card, say what they agree to, take their copy, leave."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.apps import apps
from django.db import OperationalError, connection
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.console.tests.people import NOW, PHONE, live, member
from siyu.facts.pump import pump
from siyu.facts.rules import Handle
from siyu.facts.services import BATCH_LOCK
from siyu.lib.refusal import Refusal
from siyu.members import queries
from siyu.members.services import CARD_SECONDS, Choice, card_code, copy_of, describe, erase_member, read_card, record_consents
from siyu.merchant.rules import SYSTEM, Actor

AT = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)
SELF = Actor("member", 1, "m")


@settings(max_examples=40)
@given(number=st.integers(1, 2**40), seconds=st.integers(0, CARD_SECONDS))
def test_a_card_is_read_for_five_minutes(number, seconds):
    shown = card_code(number, AT)
    assert read_card(shown, AT + timedelta(seconds=seconds)) == number
    assert read_card(shown.lower()[:6] + " - " + shown[6:], AT) == number


@settings(max_examples=40)
@given(number=st.integers(1, 2**40), place=st.integers(2, 25), letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_changed_card_is_refused(number, place, letter):
    shown = card_code(number, AT)
    changed = shown[:place] + letter + shown[place + 1 :]
    if changed != shown:
        with pytest.raises(Refusal) as refused:
            read_card(changed, AT)
        assert refused.value.code in ("card.expired", "card.unreadable")


def test_an_old_card_is_refused_and_the_next_one_is_another():
    assert card_code(7, AT) != card_code(7, AT + timedelta(seconds=30))
    with pytest.raises(Refusal) as refused:
        read_card(card_code(7, AT), AT + timedelta(seconds=CARD_SECONDS + 60))
    assert refused.value.code == "card.expired"


@pytest.mark.parametrize("text", ["", "MC", "hello", "MC" + "A" * 23, "MC" + "A" * 25, "1" * 24, "13800138000", "私域"])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(Refusal) as refused:
        read_card(text, AT)
    assert refused.value.code == "card.unreadable"


@pytest.mark.django_db
def test_consents_are_kept_by_the_pump_with_their_proof():
    live()
    handle = Handle("phone", PHONE)

    messages = record_consents(
        SELF, handle, [Choice("marketing", "sms", False), Choice("marketing", "email", True)], proof="member centre", source="m", now=NOW
    )
    assert not queries.are_kept(messages)
    pump(NOW)

    assert queries.are_kept(messages)
    kept = {(one.purpose, one.channel): (one.is_given, one.proof) for one in queries.consents(member("小月").pk)}
    assert kept == {("marketing", "sms"): (False, "member centre"), ("marketing", "email"): (True, "member centre")}


@pytest.mark.django_db
def test_a_person_is_described_by_their_own_word():
    live()
    hash_ = queries.handle_named("phone", "138 0013 8000")[1]

    message = describe(SELF, [Handle("phone", PHONE)], {"nickname": "月亮"}, source="m", now=NOW)
    assert not queries.is_described(hash_, message)
    pump(NOW)

    assert queries.is_described(hash_, message)
    assert queries.bearer(hash_) == (member("月亮").pk, Handle("phone", PHONE))
    row = apps.get_model("merchant.Audit").objects.get(verb="member.described")
    assert row.detail == {"traits": ["nickname"], "kinds": ["phone"]}


@pytest.mark.django_db
def test_a_copy_holds_what_every_room_knows_and_erasure_leaves_nothing_that_names():
    live()
    one = member("小月")
    hash_ = queries.hash_for(one.pk)
    before = copy_of(one.pk)
    assert {"members", "orders", "loyalty", "acquisition"} <= set(before)
    assert before["members"]["identities"][1]["value"] == PHONE

    erase_member(SYSTEM, one.pk, "the member asked on 2026-05-05", now=NOW)

    after = copy_of(one.pk)
    assert after["members"]["traits"] == {}
    assert after["orders"]["orders"] == []
    assert PHONE not in str(after)
    assert queries.bearer(hash_) is None
    assert queries.find(PHONE) == []
    assert queries.hash_for(one.pk) is None
    assert apps.get_model("merchant.Audit").objects.get(verb="member.erased").subject == f"member:{one.pk}"


@pytest.mark.django_db
def test_erasure_asks_who_wanted_it_and_whom_it_means():
    for number, because, code in ((1, " ", "erase.because"), (99_999_999, "asked", "erase.unknown")):
        with pytest.raises(Refusal) as refused:
            erase_member(SYSTEM, number, because, now=NOW)
        assert refused.value.code == code


@pytest.mark.django_db
def test_an_erasure_waits_for_the_batch_that_may_have_read_the_person():
    live()
    own = connection.connection.info
    with psycopg.connect(own.dsn, password=own.password) as batch, connection.cursor() as cursor:
        batch.execute("SELECT pg_advisory_xact_lock_shared(%s)", [BATCH_LOCK])
        cursor.execute("SET LOCAL lock_timeout = '50ms'")

        with pytest.raises(OperationalError, match="lock timeout"):
            erase_member(SYSTEM, member("小月").pk, "the member asked on 2026-05-05", now=NOW)
