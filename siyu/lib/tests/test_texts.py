"""What the database can keep of texts."""

from typing import Any

import pytest

from siyu.lib.texts import is_storable


@pytest.mark.parametrize("value", ["", "上海 🌸", 1, None, True, {"a": ["b", {"c": ("d",)}]}])
def test_plain_values_can_be_kept(value: Any) -> None:
    assert is_storable(value)


@pytest.mark.parametrize("text", ["\x00", "half \ud83d", "\udc00"])
def test_broken_texts_are_found_wherever_they_stand(text: str) -> None:
    deep: Any = text
    for _ in range(5_000):
        deep = [deep]

    assert not any(map(is_storable, [text, {text: 1}, {"a": [{"b": text}]}, ("a", text), deep]))
