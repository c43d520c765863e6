"""Regions, shops and stores: heard of, named, archived."""

import pytest
from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.merchant import queries, services
from siyu.merchant.models import Audit, Shop, Store
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import ensure_shops, ensure_stores

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("ensure", "noun"), [(ensure_shops, Shop), (ensure_stores, Store)])
def test_unknown_codes_become_places_and_known_ones_keep_their_id(ensure, noun) -> None:
    first = ensure(["east", "west", "east"])

    again = ensure(["west", "north"])

    assert set(first) == {"east", "west"}
    assert again["west"] == first["west"]
    assert dict(noun.objects.values_list("code", "id")) == first | again


def test_naming_nothing_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert ensure_shops([]) == {}


def test_known_codes_cost_one_query(django_assert_num_queries) -> None:
    ensure_stores(["east", "west"])

    with django_assert_num_queries(1):
        ensure_stores(["east", "west"])


def test_an_id_of_a_transaction_that_rolled_back_is_not_remembered() -> None:
    with transaction.atomic():
        lost = ensure_shops(["ghost"])["ghost"]
        transaction.set_rollback(True)

    found = ensure_shops(["ghost"])

    assert found == {"ghost": Shop.objects.get().pk}
    assert found["ghost"] != lost


def refusal(call, *arguments) -> str:
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value.code


def test_places_are_made_named_and_archived_with_an_audit_of_each_step() -> None:
    region = services.create_region(SYSTEM, " East ")
    store = services.create_store(SYSTEM, "e1", "East 1", region)
    shop = services.create_shop(SYSTEM, "web", "Web shop")

    services.rename_region(SYSTEM, region, "Far east")
    services.change_store(SYSTEM, store, "East one", None)
    services.change_shop(SYSTEM, shop, "Counter", "store")
    services.archive_region(SYSTEM, region)
    services.archive_store(SYSTEM, store)
    services.archive_shop(SYSTEM, shop)

    assert list(Audit.objects.order_by("id").values_list("verb", flat=True)) == [
        *("region.created", "store.created", "shop.created"),
        *("region.changed", "store.changed", "shop.changed"),
        *("region.archived", "store.archived", "shop.archived"),
    ]
    assert Audit.objects.get(verb="shop.changed").detail == {
        "old": {"name": "Web shop", "kind": "online"},
        "new": {"name": "Counter", "kind": "store"},
    }
    assert (queries.regions(), queries.stores(), queries.shops()) == ([], [], [])
    assert [row.name for row in queries.stores(archived=True)] == ["East one"]


def test_what_does_not_fit_is_refused() -> None:
    services.create_region(SYSTEM, "East")
    west = services.create_region(SYSTEM, "West")
    services.create_store(SYSTEM, "e1", "East 1")
    services.create_shop(SYSTEM, "web", "Web")

    assert refusal(services.create_region, SYSTEM, "East") == "region.name_taken"
    assert refusal(services.rename_region, SYSTEM, west, "East") == "region.name_taken"
    assert refusal(services.create_region, SYSTEM, "") == "region.name"
    assert refusal(services.create_store, SYSTEM, "e1", "Again") == "store.code_taken"
    assert refusal(services.create_store, SYSTEM, "", "Again") == "store.code"
    assert refusal(services.create_store, SYSTEM, "e2", "E\x00") == "store.name"
    assert refusal(services.create_store, SYSTEM, "e2", "E", 999_999) == "region.unknown"
    assert refusal(services.create_shop, SYSTEM, "web", "Again") == "shop.code_taken"
    assert refusal(services.create_shop, SYSTEM, "app", "App", "moon") == "shop.kind"
    assert refusal(services.change_shop, SYSTEM, 999_999, "App", "online") == "shop.unknown"
    assert refusal(services.archive_store, SYSTEM, 999_999) == "store.unknown"


def test_what_is_still_in_use_is_not_archived() -> None:
    region = services.create_region(SYSTEM, "East")
    store = services.create_store(SYSTEM, "e1", "East 1", region)
    services.create_staff(SYSTEM, "mia", "Mia", "store_manager", None, None, store)

    assert refusal(services.archive_region, SYSTEM, region) == "region.in_use"
    assert refusal(services.archive_store, SYSTEM, store) == "store.in_use"


def test_a_store_joins_no_archived_region() -> None:
    region = services.create_region(SYSTEM, "East")
    services.archive_region(SYSTEM, region)

    assert refusal(services.create_store, SYSTEM, "e1", "East 1", region) == "region.archived"


def test_archiving_twice_is_archiving_once() -> None:
    shop = services.create_shop(SYSTEM, "web", "Web")

    services.archive_shop(SYSTEM, shop)
    services.archive_shop(SYSTEM, shop)

    assert Audit.objects.filter(verb="shop.archived").count() == 1


def test_what_is_archived_can_come_back() -> None:
    region = services.create_region(SYSTEM, "East")
    store = services.create_store(SYSTEM, "e1", "East 1", region)
    shop = services.create_shop(SYSTEM, "web", "Web")
    mia = services.create_staff(SYSTEM, "mia", "Mia", "store_manager", None, None, store).id
    services.archive_staff(SYSTEM, mia)
    services.archive_store(SYSTEM, store)
    services.archive_region(SYSTEM, region)
    services.archive_shop(SYSTEM, shop)

    assert refusal(services.restore_staff, SYSTEM, mia) == "store.archived"
    assert refusal(services.restore_store, SYSTEM, store) == "region.archived"
    services.restore_region(SYSTEM, region)
    services.restore_store(SYSTEM, store)
    services.restore_shop(SYSTEM, shop)
    services.restore_staff(SYSTEM, mia)

    assert [len(rows) for rows in (queries.regions(), queries.stores(), queries.shops(), queries.staff())] == [1, 1, 1, 1]
    assert Audit.objects.filter(verb="store.restored").count() == 1


def test_a_fact_that_names_an_archived_shop_still_finds_it() -> None:
    shop = services.create_shop(SYSTEM, "web", "Web")
    services.archive_shop(SYSTEM, shop)

    assert ensure_shops(["web"]) == {"web": shop}
