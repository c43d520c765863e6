"""Settings are typed, checked, dated, audited; what was in force stands."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from siyu.lib.refusal import Refusal
from siyu.merchant.models import Audit, SettingValue
from siyu.merchant.queries import setting_views, settings_book, today
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting, withdraw_setting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("trial_settings")]

NOW = datetime(2026, 5, 3, 4, 0, tzinfo=UTC)  # noon in Shanghai
TODAY = date(2026, 5, 3)


def test_a_value_holds_from_its_day_until_the_next() -> None:
    set_setting(SYSTEM, "trial.days", 10, TODAY, now=NOW)
    set_setting(SYSTEM, "trial.days", 20, date(2026, 6, 1), now=NOW)

    book = settings_book()

    assert [book.value("trial.days", day) for day in (date(2026, 5, 2), TODAY, date(2026, 5, 31), date(2026, 6, 1))] == [7, 10, 10, 20]


def test_setting_the_same_day_again_replaces_and_the_audit_keeps_both() -> None:
    set_setting(SYSTEM, "trial.days", 10, TODAY, now=NOW)
    set_setting(SYSTEM, "trial.days", 12, TODAY, now=NOW)

    assert settings_book().value("trial.days", TODAY) == 12
    assert list(Audit.objects.order_by("id").values_list("verb", "subject", "detail")) == [
        ("setting.set", "setting:trial.days", {"old": 7, "new": 10, "from": "2026-05-03"}),
        ("setting.set", "setting:trial.days", {"old": 10, "new": 12, "from": "2026-05-03"}),
    ]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("trial.unheard", 1, "setting.unknown"),
        ("trial.days", "10", "setting.type"),
        ("trial.days", True, "setting.type"),
        ("trial.days", 1.5, "setting.type"),
        ("trial.is_on", 1, "setting.type"),
        ("trial.days", 0, "setting.refused"),
        ("trial.steps", [60, 30], "setting.refused"),
        ("trial.steps", [30, "x"], "setting.refused"),
        ("trial.rates", {"b": 1}, "setting.refused"),
        ("trial.steps", [float("nan")], "setting.refused"),
        ("merchant.name", "a\x00b", "setting.refused"),
        ("merchant.zone", "Mars/Olympus", "setting.refused"),
        ("merchant.currency", "yuan", "setting.refused"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(name: str, value: Any, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        set_setting(SYSTEM, name, value, TODAY, now=NOW)

    assert refused.value.code == code
    assert not SettingValue.objects.exists()
    assert not Audit.objects.exists()


def test_the_past_stands_unless_nothing_has_happened_yet() -> None:
    with pytest.raises(Refusal, match=r"setting\.past"):
        set_setting(SYSTEM, "merchant.currency", "GBP", date(2026, 5, 2), now=NOW)

    set_setting(SYSTEM, "merchant.currency", "GBP", date(2009, 1, 1), now=NOW, initial=True)

    assert settings_book().currency(date(2009, 12, 1)) == "GBP"


def test_today_is_the_merchants_day_not_that_of_greenwich() -> None:
    late = datetime(2026, 5, 3, 17, 0, tzinfo=UTC)  # one o'clock on the 4th in Shanghai

    assert today(late) == date(2026, 5, 4)
    with pytest.raises(Refusal, match=r"setting\.past"):
        set_setting(SYSTEM, "trial.days", 10, TODAY, now=late)


def test_only_what_has_not_begun_can_be_withdrawn() -> None:
    set_setting(SYSTEM, "trial.days", 10, TODAY, now=NOW)
    set_setting(SYSTEM, "trial.days", 20, date(2026, 6, 1), now=NOW)

    withdraw_setting(SYSTEM, "trial.days", date(2026, 6, 1), now=NOW)

    assert settings_book().value("trial.days", date(2026, 6, 1)) == 10
    assert Audit.objects.latest("id").detail == {"old": 20, "from": "2026-06-01"}
    for day, code in ((TODAY, "setting.past"), (date(2026, 7, 1), "setting.not_scheduled")):
        with pytest.raises(Refusal) as refused:
            withdraw_setting(SYSTEM, "trial.days", day, now=NOW)
        assert refused.value.code == code


def test_the_page_sees_what_is_in_force_and_what_comes() -> None:
    set_setting(SYSTEM, "trial.days", 10, TODAY, now=NOW)
    set_setting(SYSTEM, "trial.days", 20, date(2026, 6, 1), now=NOW)

    views = {view.setting.name: view for view in setting_views(TODAY)}

    assert views["trial.days"].value == 10
    assert [(dated.from_day, dated.value) for dated in views["trial.days"].scheduled] == [(date(2026, 6, 1), 20)]
    assert views["trial.is_on"].in_force is None
    assert views["trial.is_on"].room == "trial"
