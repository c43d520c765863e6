"""Fields of the editors: lists of words, sums of money, whole numbers; each reads and writes what stands in a definition."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from siyu.lib.money import minor_digits, to_minor
from siyu.lib.web.business import business

_SEPARATORS = re.compile(r"[,，、;；\s]+")
MAX_LIST = 500


class WordsField(forms.CharField):
    """Words with commas, spaces or line ends between them ↔ a list."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **named: Any) -> None:
        named.setdefault("required", False)
        super().__init__(max_length=20_000, **named)

    def clean(self, value: Any) -> list[str]:
        words = [word for word in _SEPARATORS.split(super().clean(value)) if word]
        if len(words) > MAX_LIST:
            raise forms.ValidationError(_("At most %(limit)s values") % {"limit": MAX_LIST}, code="words.too_many")
        return list(dict.fromkeys(words))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


class NumbersField(WordsField):
    """Whole numbers with commas between them ↔ a list."""

    def __init__(self, **named: Any) -> None:
        super().__init__(widget=forms.TextInput, **named)

    def clean(self, value: Any) -> list[int]:  # type: ignore[override]
        words = super().clean(value)
        try:
            return [int(word) for word in words]
        except ValueError as error:
            raise forms.ValidationError(_("Whole numbers with commas between them"), code="numbers") from error


class MoneyField(forms.DecimalField):
    """A sum in the business's currency ↔ minor units."""

    def __init__(self, **named: Any) -> None:
        named.setdefault("required", False)
        super().__init__(min_value=Decimal(0), max_digits=14, **named)

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else to_minor(amount, business().currency)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value).scaleb(-minor_digits(business().currency)) if isinstance(value, int) else value


class PointsField(forms.IntegerField):
    """A number of points; empty for none."""

    def __init__(self, **named: Any) -> None:
        named.setdefault("required", False)
        named.setdefault("min_value", 1)
        super().__init__(max_value=1_000_000_000, **named)


class Choices(forms.MultipleChoiceField):
    """Some of a list, as boxes to tick; what a definition holds and the list no longer offers is kept."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, offered: Any, **named: Any) -> None:
        super().__init__(choices=offered, required=False, **named)

    def valid_value(self, value: str) -> bool:
        return 0 < len(value) <= 100
