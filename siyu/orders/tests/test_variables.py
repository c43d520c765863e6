"""Templates speak of a member's orders: the last one, through whichever handle, and how many there were."""

from datetime import date

import pytest

from siyu.touches.models import Template
from siyu.touches.tests import scene
from siyu.touches.tests.scene import NOON, hours
from siyu.touches.variables import known, values_of
from siyu.touches.words import Asked, write

pytestmark = pytest.mark.django_db
ALL = {name for name in known() if name.startswith("order.")}


def buys(who: str, number: str, amount_minor: int, at: object, *names: str) -> None:
    lines = [{"sku": name, "name": name, "quantity": 1, "amount_minor": 1} for name in names]
    scene.happens("order.paid", who, at, shop="web", order_number=number, amount_minor=amount_minor, currency="CNY", lines=lines)  # type: ignore[arg-type]


def test_the_last_order_is_told_for_each_of_a_set() -> None:
    yue, lan, mei = scene.person("yue"), scene.person("lan"), scene.person("mei")
    buys("yue", "A-1", 128_000, NOON - hours(40), "茶壶")
    buys("yue", "A-2", 3_990, NOON, "山茶花茶", "茶杯", "茶巾", "茶盘")
    buys("lan", "B-1", 100, NOON - hours(30))

    said = values_of([yue, lan, mei], ALL, NOON)

    assert said[yue] == {
        "order.count": 2,
        "order.last_number": "A-2",
        "order.last_date": date(2026, 5, 5),
        "order.last_amount": "39.90",
        "order.last_products": "山茶花茶、茶杯、茶巾",
        "order.last_product": "山茶花茶",
    }
    assert said[lan] == {
        "order.count": 1, "order.last_number": "B-1", "order.last_date": date(2026, 5, 4), "order.last_amount": "1.00",
    }  # fmt: skip
    assert said[mei] == {"order.count": 0}


def test_a_template_says_it_with_a_fallback_for_who_never_bought() -> None:
    yue, lan = scene.person("yue"), scene.person("lan")
    buys("yue", "A-2", 3_990, NOON, "山茶花茶")
    words = "{{ order.last_product | default: '新品' }} {{ order.last_date | default: '' | date: '%m/%d' }} {{ order.count }}"
    template = scene.template("inbox", text=words)
    assert Template.objects.get() == template

    asked = [Asked(scene.UUIDS[place], member, template.pk, {}) for place, member in enumerate((yue, lan))]
    written = write(asked, NOON)

    assert [written[one.touch_id].message.text for one in asked] == ["山茶花茶 05/05 1", "新品  0"]  # type: ignore[union-attr]
