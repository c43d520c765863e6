"""Charts: what the browser gets is plain JSON, and the table behind it says the same."""

import json
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy

from siyu.lib.web import charts
from siyu.lib.web.business import Business, speak_for
from siyu.lib.web.charts import Chart, Column, Series

DAYS = [date(2026, 3, 1), date(2026, 3, 2)]


@pytest.fixture(autouse=True)
def yuan():
    speak_for(Business("Tea House", "CNY"))


def revenue(title="Revenue", rows=((DAYS[0], 123_456), (DAYS[1], -50))) -> Chart:
    option = charts.over_days([row[0] for row in rows], [Series(title, [Decimal(row[1]) / 100 for row in rows])])
    return Chart("revenue", title, option, [Column("Day", "day"), Column("Revenue", "money")], rows, kind="money")


def drawn(chart: Chart) -> str:
    return Template("{% load siyu %}{% chart chart %}").render(Context({"chart": chart, "request": RequestFactory().get("/?range=7")}))


class Scripts(HTMLParser):
    """The contents of the JSON scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script" and dict(attrs).get("type") == "application/json"

    def handle_data(self, data):
        if self.inside:
            self.found.append(data)
            self.inside = False


def test_the_picture_travels_as_json_and_its_table_in_the_merchants_money():
    page = drawn(revenue())
    scripts = Scripts()
    scripts.feed(page)
    option = json.loads(scripts.found[0])
    assert option["series"][0]["data"] == [1234.56, -0.5]
    assert option["xAxis"]["data"] == ["2026-03-01", "2026-03-02"]
    assert "¥1,234.56" in page
    assert "−¥0.50" in page


def test_a_name_cannot_break_out_of_the_page():
    page = drawn(revenue(title="</script><script>alert(1)</script>"))
    assert "<script>alert" not in page


def test_the_csv_link_keeps_the_range():
    assert "?range=7&amp;csv=revenue" in drawn(revenue())


def test_noughts_are_an_empty_state_not_a_flat_line():
    with translation.override("en"):
        page = drawn(revenue(rows=((DAYS[0], 0), (DAYS[1], 0))))
    assert "Nothing in this range" in page
    assert "data-chart" not in page


def test_lazy_words_and_decimals_are_json():
    for option in (
        charts.over_days(DAYS, [Series(gettext_lazy("Save"), [Decimal("1.5"), None])], kind="bar", stacked=True),
        charts.bars([gettext_lazy("Save")], [Series("a", [1])], lying=True),
        charts.funnel([(gettext_lazy("Save"), 3)]),
        charts.ring([(gettext_lazy("Save"), 3)]),
    ):
        assert json.loads(json.dumps(option)) == option


def test_the_download_carries_exact_units():
    request = RequestFactory().get("/?csv=revenue")
    body = b"".join(charts.csv_of(request, [revenue()]).streaming_content).decode("utf-8-sig")
    assert body.splitlines() == ["Day,Revenue", "2026-03-01,1234.56", "2026-03-02,-0.50"]
    assert charts.csv_of(RequestFactory().get("/?csv=other"), [revenue()]) is None
    assert charts.csv_of(RequestFactory().get("/"), [revenue()]) is None


def test_a_change_needs_something_before_it():
    assert charts.change(150, 100) == 0.5
    assert charts.change(5, 0) is None
