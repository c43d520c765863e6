"""The installation in a few figures, whole and by source: what `siyu summary` prints and a demo is checked by."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from siyu.lib.sql import statements
from siyu.loyalty.queries import base_tier, by_tier
from siyu.loyalty.rules import TRACK

_sql = statements("siyu.operate", "summary")


def summary(day: date) -> dict[str, Any]:
    """The figures as one JSON-ready object, tiers by the ladder in force on `day`; amounts in minor units. One snapshot of the database."""
    with transaction.atomic(), connection.cursor() as cursor:

        def rows(statement: str, **parameters: Any) -> list[tuple]:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

        if not connection.savepoint_ids:  # a test holds us in a transaction of its own
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        by_source = _by_source(rows)
        whole: dict[str, Any] = {key: sum(figures.get(key, 0) for figures in by_source.values()) for key in _KEYS}
        whole["points_outstanding"] = rows(_sql.points)[0][0]
        whole["by_tier"] = by_tier(day)
        whole["by_stage"] = dict(rows(_sql.stages))
        base = base_tier(day)
        tiers = _grouped(rows(_sql.tiers_of_sources, base=base.code if base else "", track=TRACK))
        stages = _grouped(rows(_sql.stages_of_sources))
    whole["by_source"] = {
        name: {key: figures.get(key, 0) for key in _KEYS} | {"by_tier": tiers.get(name, {}), "by_stage": stages.get(name, {})}
        for name, figures in by_source.items()
    }
    return whole


def _grouped(rows: list[tuple]) -> dict[str, dict[str, int]]:
    grouped: dict[str, dict[str, int]] = {}
    for name, group, people in rows:
        grouped.setdefault(name, {})[group] = people
    return grouped


_KEYS = (
    "members",
    "orders",
    "orders_of_zero_value",
    "revenue_minor",
    "refunded_minor",
    "points_outstanding",
    "facts",
    "quarantined",
)


def _by_source(rows: Any) -> dict[str, dict[str, int]]:
    """Every source that is known, also one that brought nothing yet."""
    by_source: dict[str, dict[str, int]] = {name: {} for name, _, _ in rows(_sql.badges)}
    for name, people in rows(_sql.members):
        by_source[name]["members"] = people
    for name, orders, of_zero, revenue in rows(_sql.orders):
        by_source[name] |= {"orders": orders, "orders_of_zero_value": of_zero, "revenue_minor": revenue}
    for key, statement in (("refunded_minor", _sql.refunds), ("facts", _sql.facts), ("quarantined", _sql.quarantined)):
        for name, figure in rows(statement):
            by_source[name][key] = figure
    for statement in (_sql.points_of_orders, _sql.points_of_facts):
        for name, points in rows(statement):
            by_source[name]["points_outstanding"] = by_source[name].get("points_outstanding", 0) + points
    return by_source


def badges() -> dict[str, str]:
    """The badge of each source that has one."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.badges)
        return {name: badge for name, _, badge in cursor.fetchall() if badge}
