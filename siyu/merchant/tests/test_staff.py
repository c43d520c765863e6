"""Nobody gives more than they have, and one owner always stays."""

import threading

import pytest
from django.db import connection

from siyu.lib.refusal import Refusal
from siyu.merchant.models import Audit, Region, Staff, Store
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import (
    archive_staff,
    archive_store,
    change_password,
    change_preferences,
    change_staff,
    create_region,
    create_staff,
    create_store,
    reset_password,
    restore_staff,
)

PASSWORD = "correct horse battery"


def actor(staff_id: int) -> Actor:
    return Actor("staff", staff_id, Staff.objects.get(pk=staff_id).name)


def refusal(call, *arguments, **named) -> str:
    with pytest.raises(Refusal) as refused:
        call(*arguments, **named)
    return refused.value.code


def test_a_new_staff_member_has_the_usual_reach_and_a_password_shown_once(boss: Actor) -> None:
    made = create_staff(boss, " Ana ", "Ana", "analyst")

    ana = Staff.objects.get(pk=made.id)
    assert (ana.username, ana.role, ana.reach) == ("ana", "analyst", "all")
    assert ana.check_password(made.password)
    assert made.password not in str(Audit.objects.values_list("detail", flat=True))
    assert Audit.objects.latest("id").verb == "staff.created"


def test_who_may_not_log_in_has_no_password_until_one_is_reset(boss: Actor) -> None:
    made = create_staff(boss, "bo", "Bo", "analyst", may_log_in=False)

    assert made.password == ""
    assert not Staff.objects.get(pk=made.id).has_usable_password()
    plain = reset_password(boss, made.id)
    assert Staff.objects.get(pk=made.id).check_password(plain)


def test_a_region_or_store_is_kept_only_where_the_reach_speaks_of_it(boss: Actor) -> None:
    region = create_region(boss, "East")
    store = create_store(boss, "e1", "East 1", region)

    manager = Staff.objects.get(pk=create_staff(boss, "mia", "Mia", "store_manager", None, region, store).id)
    regional = Staff.objects.get(pk=create_staff(boss, "rui", "Rui", "store_manager", "region", region, store).id)
    assistant = Staff.objects.get(pk=create_staff(boss, "ann", "Ann", "shop_assistant", None, region, store).id)

    assert (manager.region_id, manager.store_id) == (None, store)
    assert (regional.region_id, regional.store_id) == (region, None)
    assert (assistant.reach, assistant.region_id, assistant.store_id) == ("own", None, store)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("x", "X", "analyst"), "staff.username"),
        (("two words", "X", "analyst"), "staff.username"),
        (("BOSS", "X", "analyst"), "staff.username_taken"),
        (("zed", " ", "analyst"), "staff.name"),
        (("zed", "Z", "king"), "staff.role"),
        (("zed", "Z", "shop_assistant", "all"), "staff.reach"),
        (("zed", "Z", "owner", "store"), "staff.reach"),
        (("zed", "Z", "store_manager"), "staff.store"),
        (("zed", "Z", "store_manager", "region"), "staff.region"),
        (("zed", "Z", "store_manager", "store", None, 999_999), "store.unknown"),
        (("zed", "Z", "store_manager", "region", 999_999), "region.unknown"),
        (("zed", "Z", "analyst", None, None, None, "password12"), "staff.password_weak"),
        (("zed", "Z", "analyst", None, None, None, "short"), "staff.password_weak"),
    ],
)
def test_what_no_staff_member_may_be_is_refused(boss: Actor, arguments: tuple, code: str) -> None:
    assert refusal(create_staff, boss, *arguments) == code
    assert Staff.objects.count() == 1


def test_nobody_joins_an_archived_store(boss: Actor) -> None:
    store = create_store(boss, "e1", "East 1")
    archive_store(boss, store)

    assert refusal(create_staff, boss, "mia", "Mia", "store_manager", None, None, store) == "store.archived"


@pytest.mark.parametrize("role", ["operator", "analyst", "finance", "customer_service"])
def test_only_an_owner_makes_or_touches_staff(boss: Actor, role: str) -> None:
    other = actor(create_staff(boss, "other", "Other", role).id)
    api = Actor("api_key", 1, "warehouse")

    for by in (other, api, Actor("staff", 999_999, "ghost")):
        assert refusal(create_staff, by, "zed", "Z", "owner") == "staff.forbidden"
        assert refusal(create_staff, by, "zed", "Z", role) == "staff.forbidden"
        assert refusal(change_staff, by, boss.id, "Boss", "analyst") == "staff.forbidden"
        assert refusal(reset_password, by, boss.id) == "staff.forbidden"
        assert refusal(archive_staff, by, boss.id) == "staff.forbidden"


def test_a_change_of_role_is_audited_with_old_and_new(boss: Actor) -> None:
    ana = create_staff(boss, "ana", "Ana", "analyst").id

    change_staff(boss, ana, "Anna", "operator")

    detail = Audit.objects.latest("id").detail
    assert (detail["old"]["role"], detail["new"]["role"], detail["new"]["name"]) == ("analyst", "operator", "Anna")


def test_a_change_of_nothing_leaves_no_trace(boss: Actor) -> None:
    ana = create_staff(boss, "ana", "Ana", "analyst").id
    before = Audit.objects.count()

    change_staff(boss, ana, "Ana", "analyst")

    assert Audit.objects.count() == before


def test_the_last_owner_stays(boss: Actor) -> None:
    assert refusal(archive_staff, boss, boss.id) == "staff.last_owner"
    assert refusal(change_staff, SYSTEM, boss.id, "Boss", "analyst") == "staff.last_owner"

    second = create_staff(boss, "second", "Second", "owner").id
    archive_staff(boss, second)

    assert refusal(archive_staff, boss, boss.id) == "staff.last_owner"


def test_nobody_changes_their_own_role(boss: Actor) -> None:
    create_staff(boss, "second", "Second", "owner")

    assert refusal(change_staff, boss, boss.id, "Boss", "operator") == "staff.own_role"


def test_an_archived_member_cannot_be_touched_until_restored_with_a_new_password(boss: Actor) -> None:
    ana = create_staff(boss, "ana", "Ana", "analyst", password=PASSWORD).id
    archive_staff(boss, ana)

    assert refusal(archive_staff, boss, ana) == "staff.archived"
    assert refusal(reset_password, boss, ana) == "staff.archived"
    assert refusal(restore_staff, boss, boss.id) == "staff.not_archived"

    fresh = restore_staff(boss, ana)
    row = Staff.objects.get(pk=ana)
    assert row.check_password(fresh)
    assert not row.check_password(PASSWORD)


def test_an_unknown_member_is_refused(boss: Actor) -> None:
    for call in (archive_staff, reset_password, restore_staff):
        assert refusal(call, boss, 999_999) == "staff.unknown"


def test_own_password_needs_the_old_one_and_a_good_new_one(boss: Actor) -> None:
    assert refusal(change_password, boss, "wrong", "another good phrase") == "staff.password_wrong"
    assert refusal(change_password, boss, PASSWORD, "boss") == "staff.password_weak"
    assert refusal(change_password, SYSTEM, PASSWORD, "another good phrase") == "staff.unknown"

    change_password(boss, PASSWORD, "another good phrase")

    assert Staff.objects.get().check_password("another good phrase")


def test_language_and_theme_are_one_of_those_known(boss: Actor) -> None:
    change_preferences(boss, "en", "dark")

    assert Staff.objects.values_list("language", "theme").get() == ("en", "dark")
    assert refusal(change_preferences, boss, "fr", "dark") == "staff.language"
    assert refusal(change_preferences, boss, "en", "pink") == "staff.theme"


def test_two_owners_who_end_each_other_at_once_leave_one(clone: str) -> None:
    one = create_staff(SYSTEM, "one", "One", "owner").id
    two = create_staff(SYSTEM, "two", "Two", "owner").id
    start = threading.Barrier(2, timeout=10)
    outcomes: list[str] = []

    def end(by: int, target: int) -> None:
        start.wait()
        try:
            archive_staff(Actor("staff", by, "owner"), target)
            outcomes.append("archived")
        except Refusal as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    # the second comes too late: whoever is archived has no say any more
    assert sorted(outcomes) == ["archived", "staff.forbidden"]
    assert Staff.objects.filter(archived_at=None).count() == 1


def test_a_store_moves_with_its_region(boss: Actor) -> None:
    region = create_region(boss, "East")
    store = create_store(boss, "e1", "East 1", region)

    assert Store.objects.get(pk=store).region == Region.objects.get(pk=region)
