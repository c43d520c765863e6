"""Nicknames, names and phone numbers as a Chinese member list shows them: long-tailed, none of them "User 123"."""

import json
from importlib.resources import files
from random import Random

_SAID = json.loads((files("siyu.demo") / "people.json").read_text(encoding="utf-8"))
_WORDS, _CHILDREN, _RELATIONS, _LATIN, _EMOJI, _SENTENCES, _PREFIXES = (
    _SAID[name].split() for name in ("words", "children", "relations", "latin", "emoji", "sentences", "prefixes")
)
_FAMILY, _GIVEN = _SAID["family"], _SAID["given"]
_TOO_MANY = 10**8
_STEP = 61_803_399  # coprime to ten: counting in this step visits every eight digits once


def nickname(random: Random) -> str:
    """What a member is called on WeChat."""
    kind = random.random()
    if kind < 0.34:
        return _decorated(random, random.choice(_WORDS))
    if kind < 0.50:
        return random.choice(_CHILDREN) + random.choice(_RELATIONS)
    if kind < 0.62:
        return _decorated(random, random.choice(_LATIN))
    if kind < 0.72:
        return random.choice(_SENTENCES)
    if kind < 0.84:
        return real_name(random)
    if kind < 0.92:
        return random.choice(("小", "阿", "老", "A", "大")) + random.choice(_FAMILY) + random.choice(("", "", "姐", "哥", "同学"))
    return random.choice(_WORDS) + random.choice(_WORDS)[-1] + random.choice(("", "", "~", "°", "ᰔ", "."))


def _decorated(random: Random, word: str) -> str:
    tail = random.random()
    if tail < 0.25:
        return f"{word}{random.choice(_EMOJI)}"
    if tail < 0.40:
        return f"{random.choice(('小', '阿', '是', '一颗', '一只', '爱吃'))}{word}"
    if tail < 0.48:
        return f"{word}{random.choice(('呀', '酱', '同学', '不加糖', '与猫', '先生', '小姐', '儿'))}"
    return word


def real_name(random: Random) -> str:
    """A given name of one or two characters behind a family name."""
    return random.choice(_FAMILY) + "".join(random.sample(_GIVEN, random.choice((1, 2, 2))))


def phone(random: Random, number: int) -> str:
    """A mobile number in E.164; `number` keeps it apart from every other of the demo."""
    return f"+86{random.choice(_PREFIXES)}{(number + 1) * _STEP % _TOO_MANY:08d}"
