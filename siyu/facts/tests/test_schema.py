"""The application's role cannot rewrite what must stand as written."""

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["facts_log", "loyalty_entry", "merchant_audit"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_application_cannot_change_what_must_stand(table: str, statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied") as refused:
        cursor.execute(statement.format(table))
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
