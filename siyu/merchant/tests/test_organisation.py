"""Regions, shops and stores: heard of, named, archived."""

import pytest
from django.db import transaction

from siyu.merchant.models import Shop, Store
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
