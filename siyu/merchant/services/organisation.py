"""Regions, shops and stores: made by staff, or on first mention by the facts that name them."""

from collections.abc import Iterable

from django.db import connection

from siyu.lib.sql import statements

_sql = statements("siyu.merchant", "organisation")


def ensure_shops(codes: Iterable[str]) -> dict[str, int]:
    """The ids of shops by code; unknown codes become shops in the caller's transaction. Set-based: one SELECT when all are known."""
    return _ensure(codes, _sql.find_shops, _sql.add_shops)


def ensure_stores(codes: Iterable[str]) -> dict[str, int]:
    """The ids of stores by code; unknown codes become stores in the caller's transaction. Set-based: one SELECT when all are known."""
    return _ensure(codes, _sql.find_stores, _sql.add_stores)


def _ensure(codes: Iterable[str], find: str, add: str) -> dict[str, int]:
    # Nothing is remembered between calls: an id of a transaction that rolls back must not outlive it, and one SELECT a batch is cheap.
    wanted = sorted(set(codes))  # ordered, so that two transactions which add the same codes wait for each other instead of locking up
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        known = dict(cursor.execute(find, {"codes": wanted}).fetchall())
        missing = [code for code in wanted if code not in known]
        if missing:
            cursor.execute(add, {"codes": missing})
            known |= dict(cursor.execute(find, {"codes": missing}).fetchall())
    return known
