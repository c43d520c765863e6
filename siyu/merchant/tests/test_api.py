"""Programs come in with a living API key that has the scope, and with nothing else."""

import pytest
from django.test import RequestFactory

from siyu.lib.refusal import Refusal
from siyu.merchant.api import ScopedKey
from siyu.merchant.models import Key
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import create_key, revoke_key

pytestmark = pytest.mark.django_db


def enter(plain: str, scope: str = "orders.view") -> Actor | None:
    return ScopedKey(scope)(RequestFactory().get("/", headers={"Authorization": f"Bearer {plain}"}))


def test_a_key_with_the_scope_comes_in_under_its_own_name() -> None:
    plain = create_key(SYSTEM, "api", "warehouse", scopes=["orders.view"])

    actor = enter(plain)

    key = Key.objects.get()
    assert actor == Actor("api_key", key.pk, "warehouse")
    assert key.last_used_day is not None


def test_others_stay_outside() -> None:
    plain = create_key(SYSTEM, "api", "warehouse", scopes=["orders.view"])
    write = create_key(SYSTEM, "write", "shop")

    with pytest.raises(Refusal, match=r"key\.scope"):
        enter(plain, "members.view")
    assert enter(write) is None
    assert enter("") is None
    revoke_key(SYSTEM, Key.objects.get(kind="api").pk)
    assert enter(plain) is None


def test_a_scope_must_exist() -> None:
    with pytest.raises(ValueError, match=r"members\.fly"):
        ScopedKey("members.fly")
