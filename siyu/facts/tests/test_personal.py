"""What becomes a token before it is logged, and what does not."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from siyu.facts.personal import Vault, conceal

ZONE = ZoneInfo("Asia/Shanghai")


def kept(name: str, properties: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    vault = Vault()
    plain = conceal(name, properties, b"h", vault, ZONE)
    return plain, [kind for kind, _ in vault.rows.values()]


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-01",
        "2026/2/9",
        "2026-11-01T08:30:00Z",
        "2026-11-01 08:30:00.125",
        "from 2026-11-01 to 2026-11-30",
        "上海",
        "A-1001",
        "13.50",
    ],
)
def test_dates_and_plain_words_stay_as_they_are(value: str) -> None:
    assert kept("hobby.told", {"wedding": value}) == ({"wedding": value}, [])
    assert kept("member.identified", {"traits": {"wedding": value}}) == ({"traits": {"wedding": value}}, [])


@pytest.mark.parametrize(
    "written",
    [
        "1990-05-04",
        "1990/5/4",
        "19900504",
        19900504,
        "1990年5月4日",
        "5月4日",
        "1990-05-04T00:00:00Z",
        "1990-05-04T00:00:00.000+08:00",
        "1990-05-03T15:00:00.000Z",  # midnight in Shanghai, by the summer time of 1990
        "1990-05-04T12:00:00Z",
    ],
)
def test_a_birthday_leaves_its_month_and_day_however_it_was_written(written: object) -> None:
    plain, kinds = kept("member.identified", {"traits": {"birthday": written}})

    assert plain["traits"]["birthday_month_day"] == "05-04"
    assert kinds == ["date of birth"]


def test_null_is_told_as_null_and_leaves_no_token() -> None:
    told = {"city": None, "email": None, "nickname": None, "号码": None}
    assert kept("member.identified", {"traits": told}) == ({"traits": told}, [])


@pytest.mark.parametrize("name", ["birthday", "date_of_birth"])
def test_a_birthday_of_null_takes_month_and_day_back(name: str) -> None:
    assert kept("member.identified", {"traits": {name: None}})[0] == {"traits": {name: None, "birthday_month_day": None}}


@pytest.mark.parametrize("names", [("birthday", "date_of_birth"), ("date_of_birth", "birthday")])
def test_a_birthday_told_under_one_name_stands_beside_null_under_another(names: tuple[str, str]) -> None:
    for told in ({names[0]: None, names[1]: "1990-05-04"}, {names[1]: "1990-05-04", names[0]: None}):
        assert kept("member.identified", {"traits": told})[0]["traits"]["birthday_month_day"] == "05-04"


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("note", "call 138 0013 8000", "phone"),
        ("note", "2026-11-01 13800138000", "phone"),
        ("note", "2026-11-01@example.com", "email"),
        ("note", "20261101", "phone"),  # eight digits alone may be a number of the neighbourhood
        ("note", "11010519491231002X", "id"),
        ("note", "10.0.0.1", "ip"),
        ("note", "浦东区世纪路8号", "address"),
        ("dob", "1990-03-02", "named"),
        ("出生日期", "1990-03-02", "named"),
        ("receiver", "王芳", "named"),
    ],
)
def test_what_looks_personal_becomes_a_token(key: str, value: str, kind: str) -> None:
    plain, kinds = kept("hobby.told", {key: value})
    assert kinds == [kind]
    assert plain[key].startswith("tok_")
