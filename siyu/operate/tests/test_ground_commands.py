"""Commands of the ground: a write key, a setting."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.queries import find_key, settings_book, today

pytestmark = pytest.mark.django_db


def test_a_write_key_is_printed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("write_key", "web-shop", "--source", "shop")

    found = find_key("write", capsys.readouterr().out.strip())
    assert found is not None
    assert (found.name, found.source) == ("web-shop", "shop")


def test_a_name_is_given_once() -> None:
    call_command("write_key", "web-shop")

    with pytest.raises(Refusal, match=r"key\.name_taken"):
        call_command("write_key", "web-shop")


def test_a_setting_holds_for_all_of_history_while_there_are_no_facts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setting", "merchant.currency", "GBP")

    assert settings_book().currency(date(1990, 1, 1)) == "GBP"
    assert capsys.readouterr().out == "merchant.currency = GBP  (from 1970-01-01)\n"


def test_with_facts_it_holds_from_today_and_the_past_is_refused() -> None:
    record([Incoming(name="page.viewed", occurred_at=utc_now(), message="1")], source="web", received_at=utc_now())

    call_command("setting", "merchant.currency", "GBP")

    day = today(utc_now())
    assert settings_book().currency(day) == "GBP"
    assert settings_book().currency(day - timedelta(days=1)) == "CNY"
    with pytest.raises(Refusal, match=r"setting\.past"):
        call_command("setting", "merchant.currency", "USD", "--from", "2009-12-01")


def test_a_scheduled_value_is_shown_below_the_one_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setting", "merchant.name", "Tea house", "--from", "2999-01-01")

    assert capsys.readouterr().out == "merchant.name =   (preset)\n  2999-01-01: Tea house\n"


def test_without_a_name_all_settings_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setting")

    assert "merchant.zone = Asia/Shanghai  (preset)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "code"), [("merchant.colour", "red", "setting.unknown"), ("merchant.currency", "pounds", "setting.refused")]
)
def test_what_does_not_fit_is_refused(name: str, value: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        call_command("setting", name, value)

    assert refused.value.code == code
