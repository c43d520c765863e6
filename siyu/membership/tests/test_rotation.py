"""Addresses and codes are renewed under a new key and read as before."""

import pytest

from siyu.lib import crypto
from siyu.loyalty.tests.scene import START, rows
from siyu.membership import rotation
from siyu.membership.queries.mall import address_of, collection
from siyu.membership.services.mall import redeem
from siyu.membership.tests.counter import HOME, fetch, gift, person, vouchers
from siyu.merchant.rules import SYSTEM


@pytest.mark.django_db
def test_old_values_are_written_under_the_new_key(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    crypto._keys.cache_clear()
    gift("thermos")
    vouchers("tea", "T-1")
    anna = person("anna")
    shipped = fetch(anna, "thermos", "a", delivery="ship", address=HOME)
    fetched = fetch(anna, "thermos", "b")
    redeem(SYSTEM, anna, "tea", "c", START)

    key = crypto.rotate()

    assert rotation.renew() == 3
    assert rotation.renew() == 0
    assert rows("SELECT get_byte(address, 0) FROM membership_redemption WHERE address IS NOT NULL") == [(key,)]
    assert address_of(shipped.number, unmasked=True) == HOME
    assert collection(fetched.pick_up_code) is not None
    crypto._keys.cache_clear()
