"""Who may what, and how far they see."""

import pytest
from django.db import connection

from siyu.merchant.rules import PERMISSIONS, REACHES, WHOLE, Reach, Role, Scope, scope_of


@pytest.mark.parametrize(
    ("reach", "scope"),
    [
        (Reach.ALL, WHOLE),
        (Reach.REGION, Scope(store_ids=(3, 4))),
        (Reach.STORE, Scope(store_ids=(3,))),
        (Reach.OWN, Scope(assistant_id=7)),
    ],
)
def test_a_reach_becomes_a_scope(reach: Reach, scope: Scope) -> None:
    assert scope_of(reach, staff_id=7, store_id=3, region_store_ids=(3, 4)) == scope
    assert scope.is_whole == (reach is Reach.ALL)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (WHOLE, [1, 2, 3]),
        (Scope(store_ids=(10,)), [1]),
        (Scope(store_ids=(10, 20)), [1, 2]),
        (Scope(store_ids=()), []),
        (Scope(assistant_id=7), [2, 3]),
        (Scope(store_ids=(20,), assistant_id=7), [2]),
    ],
)
def test_the_idiom_in_the_docstring_shows_whom_the_scope_allows(scope: Scope, seen: list[int]) -> None:
    where = (Scope.__doc__ or "").partition("WHERE")[2]

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.id FROM (VALUES (1, 10, 8), (2, 20, 7), (3, NULL, 7)) AS m (id, store_id, assistant_id) WHERE {where} ORDER BY 1",
            scope.parameters(),
        )
        assert [row[0] for row in cursor.fetchall()] == seen


@pytest.mark.parametrize("reach", [Reach.REGION, Reach.STORE])
def test_who_has_no_store_sees_nobody_instead_of_everybody(reach: Reach) -> None:
    scope = scope_of(reach, staff_id=7, store_id=None)

    assert scope.parameters() == {"scope_stores": [], "scope_assistant": None}
    assert not scope.is_whole


def test_every_role_has_permissions_and_a_reach() -> None:
    assert set(PERMISSIONS) == set(REACHES) == set(Role)
    assert all(PERMISSIONS.values())
    assert all(REACHES.values())


@pytest.mark.parametrize("role", [Role.ANALYST, Role.FINANCE])
def test_who_works_with_figures_never_sees_or_exports_a_phone(role: Role) -> None:
    assert not PERMISSIONS[role] & {"members.unmask", "members.export", "members.edit"}


def test_an_assistant_reaches_own_customers_only() -> None:
    assert REACHES[Role.SHOP_ASSISTANT] == (Reach.OWN,)


def test_only_an_owner_makes_staff_and_keys() -> None:
    assert {role for role in Role if PERMISSIONS[role] & {"staff.edit", "keys.edit"}} == {Role.OWNER}
