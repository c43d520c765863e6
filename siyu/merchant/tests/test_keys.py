"""Keys are shown once, found by their hash, and end when revoked."""

from datetime import date

import pytest

from siyu.lib.refusal import Refusal
from siyu.merchant.models import Audit, Key
from siyu.merchant.queries import KeyView, find_key
from siyu.merchant.rules import SYSTEM, key_hash
from siyu.merchant.services import create_key, mark_key_used, revoke_key

pytestmark = pytest.mark.django_db


def test_a_write_key_is_returned_once_and_only_its_hash_is_kept() -> None:
    plain = create_key(SYSTEM, "write", "web shop")

    key = Key.objects.get()
    assert plain.startswith("siyu_w_")
    assert len(plain) == len("siyu_w_") + 32
    assert bytes(key.hash) == key_hash(plain)
    assert key.tail == plain[-4:]
    assert plain not in str(Key.objects.values().get()) + str(Audit.objects.values().get())


def test_a_key_is_found_by_kind_and_carries_its_source() -> None:
    plain = create_key(SYSTEM, "write", "web shop", source="shop")

    found = find_key("write", plain)

    assert found == KeyView(Key.objects.get().pk, "write", "web shop", "shop", frozenset())
    assert find_key("api", plain) is None
    assert find_key("write", plain + "x") is None


def test_a_write_key_without_a_source_is_its_own_source() -> None:
    plain = create_key(SYSTEM, "write", "mini program")

    found = find_key("write", plain)

    assert found is not None
    assert found.source == "mini program"


def test_an_api_key_has_scopes_and_no_source() -> None:
    found = find_key("api", create_key(SYSTEM, "api", "warehouse", scopes=["orders.view", "orders.view"]))

    assert found is not None
    assert (found.scopes, found.source) == (frozenset({"orders.view"}), "")


def test_a_revoked_key_is_not_found_and_revoking_again_changes_nothing() -> None:
    plain = create_key(SYSTEM, "write", "web shop")
    key_id = Key.objects.get().pk

    revoke_key(SYSTEM, key_id)
    revoked_at = Key.objects.get().revoked_at
    revoke_key(SYSTEM, key_id)

    assert find_key("write", plain) is None
    assert Key.objects.get().revoked_at == revoked_at
    assert list(Audit.objects.order_by("id").values_list("verb", flat=True)) == ["key.created", "key.revoked"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("root", "name"), "key.kind"),
        (("write", "  "), "key.name"),
        (("write", "x" * 61), "key.name"),
        (("write", "two\nlines"), "key.name"),
        (("write", "name", ["orders.view"]), "key.scope"),
        (("api", "name", ["everything"]), "key.scope"),
        (("write", "name", [], "x" * 61), "key.source"),
        (("write", "taken"), "key.name_taken"),
    ],
)
def test_what_no_key_may_be_is_refused(arguments: tuple, code: str) -> None:
    create_key(SYSTEM, "write", "taken")

    with pytest.raises(Refusal) as refused:
        create_key(SYSTEM, *arguments)

    assert refused.value.code == code
    assert Key.objects.count() == 1


def test_an_unknown_key_cannot_be_revoked() -> None:
    with pytest.raises(Refusal, match=r"key\.unknown"):
        revoke_key(SYSTEM, 0)


def test_the_last_day_of_use_only_moves_forward() -> None:
    create_key(SYSTEM, "write", "web shop")
    key = Key.objects.get()

    mark_key_used(key.pk, date(2026, 5, 2))
    mark_key_used(key.pk, date(2026, 5, 1))

    key.refresh_from_db()
    assert key.last_used_day == date(2026, 5, 2)
