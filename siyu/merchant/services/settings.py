"""What the business decides: typed, checked, dated values."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal

from ..models import SettingValue
from ..queries import catalogue, settings_book, today
from ..rules import Actor, Setting, setting_fault
from .audit import audit


def set_setting(by: Actor, name: str, value: Any, from_day: date, *, initial: bool = False, now: datetime | None = None) -> None:
    """Set a setting from the midnight of a business day on; the same day again replaces what was set for it.

    What was in force on past days must stand, because points, stages and days were reckoned by it: `from_day` before today is refused
    unless `initial` says that this installation holds no facts yet. `now` is the wall clock unless given.
    Refusals: `setting.unknown`, `setting.type`, `setting.refused`, `setting.past`.
    """
    setting = known_setting(name)
    if fault := setting_fault(setting, value):
        raise Refusal(fault.code, fault.because, **fault.values)
    now = now or utc_now()
    if from_day < today(now) and not initial:
        raise Refusal(
            "setting.past",
            "%(day)s has passed, and what was in force then stands; choose %(today)s or later",
            day=from_day,
            today=today(now),
        )
    with transaction.atomic():
        before = settings_book().value(name, from_day)
        SettingValue.objects.update_or_create(
            name=name, effective_day=from_day, defaults={"value": value, "set_by": by.name, "set_at": now}
        )
        audit(by, "setting.set", f"setting:{name}", {"old": before, "new": value, "from": str(from_day)}, at=now)


def withdraw_setting(by: Actor, name: str, from_day: date, *, now: datetime | None = None) -> None:
    """Take back a value whose day has not come. Refusals: `setting.unknown`, `setting.past`, `setting.not_scheduled`."""
    known_setting(name)
    now = now or utc_now()
    if from_day <= today(now):
        raise Refusal("setting.past", "the value of %(day)s is in force or has been; set a new one instead", day=from_day)
    with transaction.atomic():
        row = SettingValue.objects.select_for_update().filter(name=name, effective_day=from_day).first()
        if row is None:
            raise Refusal("setting.not_scheduled", "nothing is scheduled for %(day)s", day=from_day)
        audit(by, "setting.withdrawn", f"setting:{name}", {"old": row.value, "from": str(from_day)}, at=now)
        row.delete()


def known_setting(name: str) -> Setting:
    """The setting of this name. Refusal: `setting.unknown`."""
    try:
        return catalogue()[name]
    except KeyError:
        raise Refusal("setting.unknown", "there is no setting %(name)s", name=name) from None
