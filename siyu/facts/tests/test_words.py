"""What readers call facts."""

import pytest
from django.utils import translation

from siyu.facts.catalogue import KNOWN
from siyu.facts.words import fact_choices, fact_title


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("zh-hans", ["支付订单", "浏览商品列表", "补签", "tea.tasted"]),
        ("en", ["Order paid", "Product list viewed", "Member check in made up", "tea.tasted"]),
    ],
)
def test_a_fact_is_called_in_the_readers_language_and_a_custom_one_by_its_name(language: str, titles: list[str]) -> None:
    with translation.override(language):
        assert [fact_title(name) for name in ("order.paid", "product.list_viewed", "member.check_in_made_up", "tea.tasted")] == titles


def test_facts_to_choose_from_are_those_told_and_all_known_each_once() -> None:
    names = [name for name, _title in fact_choices(["tea.tasted", "order.paid"])]

    assert names[:2] == ["tea.tasted", "order.paid"]
    assert sorted(names) == sorted({"tea.tasted", *(known.name for known in KNOWN)})
