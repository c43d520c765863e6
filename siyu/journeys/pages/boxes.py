"""Inputs of several boxes: the ways of a branch, the arms of a split, shares in per cent, a reward."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from siyu.audiences.queries import names, rule_words
from siyu.facts.filters import form as filters
from siyu.lib.web.terms import Choices, Sent, Special, scalar, written
from siyu.loyalty import rewards
from siyu.membership.queries.benefits import benefit_views
from siyu.membership.queries.honours import all_badges
from siyu.membership.queries.mall import gifts

from .parts import this_day
from .words import AWAITABLE, CHOICES, NUMBER_LABELS, REWARDS, WHATS

MAX_ROWS = 10
PARTS = 10_000
IN_AUDIENCE = "audience"


# --- a branch ---


def _ways(value: Sequence[Mapping[str, Any]] | None, name: str) -> dict[str, Any]:
    rows = [_way(way, f"{name}:{place}") for place, way in enumerate(value or [])]
    return {"rows": rows, "whats": WHATS, "audiences": _audiences(), "is_full": len(rows) >= MAX_ROWS}


def _audiences() -> Choices:
    return [("", "—"), *((str(number), title) for number, title in sorted(names().items(), key=lambda one: one[1]))]


def _way(way: Mapping[str, Any], name: str) -> dict[str, Any]:
    rule = way.get("rule") if isinstance(way.get("rule"), dict) else {}
    is_audience = set(rule or ()) <= {"condition", "audience"} and (rule or {}).get("condition") == "audience"
    what = "where" if "where" in way else IN_AUDIENCE if is_audience else "rule"
    return {
        "name": name,
        "title": way.get("name", ""),
        "what": what,
        "audience": str((rule or {}).get("audience", "")) if is_audience else "",
        "rule": msgspec.json.encode(rule).decode(),
        "lines": [(range(depth), words) for depth, words in rule_words(rule)] if what == "rule" else [],
        "where": filters.parts(way.get("where"), f"{name}:where"),
        "where_name": f"{name}:where",
    }


def _read_ways(sent: Sent, name: str) -> list[dict[str, Any]]:
    return [_read_way(sent, f"{name}:{place}") for place in range(MAX_ROWS) if f"{name}:{place}:name" in sent]


def _read_way(sent: Sent, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"name": sent.get(f"{name}:name", "").strip()}
    what, was = sent.get(f"{name}:what"), sent.get(f"{name}:was")
    if what == "where":
        return {**told, "where": filters.read(sent, f"{name}:where")}
    if what == IN_AUDIENCE:
        chosen = sent.get(f"{name}:audience", "")
        return {**told, "rule": {"condition": "audience"} | ({"audience": scalar(chosen)} if chosen else {})}
    return {**told, "rule": _json(sent.get(f"{name}:rule", "")) if was == "rule" else {}}


# --- several things that are waited for ---


def _awaited(value: Sequence[Mapping[str, Any]] | None, name: str) -> dict[str, Any]:
    rows = [_one_awaited(one, f"{name}:{place}") for place, one in enumerate(value or [])]
    edges = [(edge, CHOICES[edge]) for edge in ("entered", "left")]
    return {"rows": rows, "whats": AWAITABLE, "audiences": _audiences(), "edges": edges, "is_full": len(rows) >= MAX_ROWS}


def _one_awaited(one: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": one.get("name", ""),
        "what": "audience" if "audience" in one else "fact",
        "fact": one.get("fact", ""),
        "where": filters.parts(one.get("where"), f"{name}:where"),
        "where_name": f"{name}:where",
        "same": one.get("same", ""),
        "audience": str(one.get("audience") or ""),
        "edge": one.get("edge", "entered"),
    }


def _read_awaited(sent: Sent, name: str) -> list[dict[str, Any]]:
    return [_read_one_awaited(sent, f"{name}:{place}") for place in range(MAX_ROWS) if f"{name}:{place}:name" in sent]


def _read_one_awaited(sent: Sent, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"name": sent.get(f"{name}:name", "").strip()}
    if sent.get(f"{name}:what") == "audience":
        chosen = sent.get(f"{name}:audience", "")
        return {**told, "audience": scalar(chosen) if chosen else None, "edge": sent.get(f"{name}:edge", "entered")}
    said = {part: sent.get(f"{name}:{part}", "").strip() for part in ("fact", "same")}
    where = filters.read(sent, f"{name}:where")
    return {**told, **{part: text for part, text in said.items() if text}, **({"where": where} if where else {})}


# --- a split ---


def _arms(value: Sequence[Mapping[str, Any]] | None, name: str) -> dict[str, Any]:
    rows = [
        {"name": f"{name}:{place}", "title": one.get("name", ""), "share": _share(one.get("weight", 0), "")}
        for place, one in enumerate(value or [])
    ]
    return {"rows": rows, "is_full": len(rows) >= MAX_ROWS}


def _read_arms(sent: Sent, name: str) -> list[dict[str, Any]]:
    rows = [f"{name}:{place}" for place in range(MAX_ROWS) if f"{name}:{place}:name" in sent]
    return [{"name": sent.get(f"{row}:name", "").strip(), "weight": _weight(sent.get(f"{row}:share", ""))} for row in rows]


def _share(value: Any, name: str) -> Any:
    """Of 10,000, in per cent."""
    return f"{value / 100:g}" if isinstance(value, int | float) else value


def _read_share(sent: Sent, name: str) -> Any:
    return _weight(sent.get(name, "")) or None


def _weight(text: str) -> Any:
    value = scalar(text.strip().rstrip("%％").strip())
    return round(value * 100) if isinstance(value, int | float) and not isinstance(value, bool) else value


# --- a reward ---

AMOUNTS = ("points", "growth", "make_up_card")
NAMED: dict[str, Callable[[], Choices]] = {
    "badge": lambda: [(one.code, one.name) for one in all_badges()],
    "benefit": lambda: [(one.code, one.name) for one in benefit_views(this_day(), this_day())],
    "gift": lambda: [(one.code, one.name) for one in gifts()],
}
NUMBERS = {"badge": ("level",), "benefit": ("days", "times"), "gift": ("quantity",)}


def _reward(value: Mapping[str, Any] | None, name: str) -> dict[str, Any]:
    value = value or {}
    kind = str(value.get("kind", ""))
    named = NAMED.get(kind)
    return {
        "kind": kind,
        "kinds": [(one, REWARDS.get(one, one)) for one in rewards.kinds()],
        "amount": value.get("amount", "") if kind in AMOUNTS else None,
        "named": [("", "—"), *named()] if named else None,
        "code": value.get(kind, ""),
        "numbers": [(one, NUMBER_LABELS[one], value.get(one, "")) for one in NUMBERS.get(kind, ())],
        "json": ""
        if kind in AMOUNTS or named
        else msgspec.json.encode({key: each for key, each in value.items() if key != "kind"}).decode(),
    }


def _read_reward(sent: Sent, name: str) -> dict[str, Any]:
    kind = sent.get(name, "")
    told: dict[str, Any] = {"kind": kind}
    if kind in AMOUNTS:
        told["amount"] = scalar(sent.get(f"{name}:amount", "").strip())
    elif kind in NAMED:
        told[kind] = sent.get(f"{name}:code", "")
        told |= {one: scalar(sent.get(f"{name}:{one}", "").strip()) for one in NUMBERS[kind]}
    else:
        written = _json(sent.get(f"{name}:json", ""))
        told |= written if isinstance(written, dict) else {}
    return {key: value for key, value in told.items() if value != ""}


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text) if text.strip() else {}
    except msgspec.DecodeError:
        return {}


# --- a value of a trait ---


def _value(value: Any, name: str) -> str:
    return written(value)


def _read_value(sent: Sent, name: str) -> Any:
    return scalar(sent.get(name, "").strip())


SPECIALS: dict[str | type, Special] = {
    "filter": filters.FILTER,
    "branches": Special("journeys/parts/ways.html", _ways, _read_ways, "ways"),
    "awaited": Special("journeys/parts/awaited.html", _awaited, _read_awaited, "awaited"),
    "arms": Special("journeys/parts/arms.html", _arms, _read_arms, "arms"),
    "hold_out": Special("journeys/parts/share.html", _share, _read_share, "share"),
    "value": Special("journeys/parts/value.html", _value, _read_value, "value"),
    "reward": Special("journeys/parts/reward.html", _reward, _read_reward, "reward"),
}
