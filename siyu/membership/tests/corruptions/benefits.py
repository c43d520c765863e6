"""A benefit that was published, and what would be wrong with it."""

from datetime import UTC, date, datetime

from siyu.membership.models import Benefit

CORRUPTIONS = {"benefit_versions_are_periods": "UPDATE membership_benefit SET until_day = '2020-01-01'"}


def scene() -> None:
    Benefit.objects.create(
        code="free_shipping",
        version=1,
        kind="free_shipping",
        name="包邮",
        definition={},
        from_day=date(2026, 1, 1),
        created_by="Li",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
