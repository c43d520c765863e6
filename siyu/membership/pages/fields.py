"""Fields that people write rewards, ladders, filters and lists of codes in: a line for each, read into what services take."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import check

HOW = _("points 100 · growth 50 · make_up_card 1 · badge CODE [level] · gift CODE [pieces]; several are parted by +")
AMOUNTS = {"points", "growth", "make_up_card"}
NUMBERED = {"badge": "level", "gift": "quantity"}
WORDS = {"积分": "points", "成长值": "growth", "补签卡": "make_up_card", "勋章": "badge", "礼品": "gift"}


def rewards_of(text: str) -> list[dict[str, Any]]:
    """`points 100 + badge founder` → terms. Raises `ValidationError`."""
    found = []
    for part in filter(None, (part.strip() for part in text.replace("＋", "+").split("+"))):
        words = part.split()
        kind = WORDS.get(words[0], words[0])
        try:
            found.append(check(_terms(kind, words[1:], part)))
        except (Refusal, ValueError, IndexError) as error:
            because = error.told(gettext) if isinstance(error, Refusal) else gettext("write it as: %(how)s") % {"how": HOW}
            raise ValidationError(f"{part}: {because}") from error
    return found


def text_of(rewards: list[dict[str, Any]]) -> str:
    """Terms as they are written."""
    return " + ".join(_text(terms) for terms in rewards)


def _terms(kind: str, words: list[str], part: str) -> dict[str, Any]:
    if part.startswith("{"):
        return json.loads(part)
    if kind in AMOUNTS:
        return {"kind": kind, "amount": int(words[0])}
    if kind in NUMBERED:
        return {"kind": kind, kind: words[0], NUMBERED[kind]: int(words[1]) if len(words) > 1 else 1}
    return {"kind": kind, kind: words[0]} if words else {"kind": kind}


def _text(terms: dict[str, Any]) -> str:
    kind = terms["kind"]
    if kind in AMOUNTS:
        return f"{kind} {terms['amount']}"
    if kind in NUMBERED:
        return f"{kind} {terms[kind]} {terms[NUMBERED[kind]]}"
    return json.dumps(terms, ensure_ascii=False)


class RewardsField(forms.CharField):
    """Rewards on one line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", HOW)
        super().__init__(max_length=1_000, **options)

    def prepare_value(self, value: Any) -> Any:
        return text_of(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return rewards_of(super().clean(value) or "")


class StepsField(forms.CharField):
    """A line for each step: `3: points 5 + growth 2`, or, with a name, `3 Bronze: points 5`."""

    widget = forms.Textarea

    def __init__(self, number: str, **options: Any) -> None:
        self.number = number
        options.setdefault(
            "help_text", _("A line for each step, such as “3: points 5”. Rewards: points 100, growth 50, badge CODE, gift CODE.")
        )
        super().__init__(max_length=4_000, **options)
        self.widget.attrs["rows"] = 5

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{step[self.number]} {step.get('name', '')}".strip() + f": {text_of(step.get('rewards', []))}" for step in value)

    def clean(self, value: Any) -> Any:
        steps = []
        for line in filter(None, (line.strip() for line in (super().clean(value) or "").replace("：", ":").splitlines())):
            head, _colon, rewards = line.partition(":")
            number, _space, name = head.strip().partition(" ")
            if not number.isdigit():
                raise ValidationError(gettext("“%(line)s” does not begin with a number") % {"line": line})
            step: dict[str, Any] = {self.number: int(number), "rewards": rewards_of(rewards)}
            steps.append(step | {"name": name.strip()} if name.strip() else step)
        return sorted(steps, key=lambda step: step[self.number])


class PrizesField(StepsField):
    """A line for each prize: `1: points 500`, `2-3: points 200`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "help_text", _("A line for each prize, such as “1: points 500” or “2-3: points 200”; given when the period ends.")
        )
        super().__init__("first", **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        ranks = [(f"{one['first']}" if one["first"] == one["last"] else f"{one['first']}-{one['last']}", one) for one in value]
        return "\n".join(f"{rank}: {text_of(one['rewards'])}" for rank, one in ranks)

    def clean(self, value: Any) -> Any:
        prizes = []
        for line in filter(None, (line.strip() for line in (forms.CharField.clean(self, value) or "").replace("：", ":").splitlines())):
            head, _colon, rewards = line.partition(":")
            first, _dash, last = head.strip().partition("-")
            if not first.strip().isdigit() or not (last.strip() or first.strip()).isdigit():
                raise ValidationError(gettext("“%(line)s” does not begin with a number") % {"line": line})
            prizes.append({"first": int(first), "last": int(last or first), "rewards": rewards_of(rewards)})
        return sorted(prizes, key=lambda prize: prize["first"])


class FilterField(forms.CharField):
    """A property filter as JSON; empty lets everything pass."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "help_text", _('A filter of properties as JSON, such as {"property": "amount_minor", "op": "gte", "value": 5000}')
        )
        super().__init__(max_length=4_000, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return ("" if not value else json.dumps(value, ensure_ascii=False)) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            found = json.loads(text) if text else {}
        except ValueError as error:
            raise ValidationError(gettext("this is no JSON")) from error
        if not isinstance(found, dict):
            raise ValidationError(gettext("a filter is an object"))
        return found


class NamesField(forms.CharField):
    """Names parted by commas."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=2_000, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [name.strip() for name in (super().clean(value) or "").replace("，", ",").split(",") if name.strip()]
