"""Step one of a fact's life: personal values become tokens before anything is logged."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from siyu.lib.crypto import encrypt_text, mask, token

from .catalogue import BORN, BY_NAME, PERSONAL_TRAITS
from .dates import date_of

MAX_DEPTH = 6  # of nested properties
MONTH_DAY = "birthday_month_day"
_DECLARED = {known.name: {p.name: p.is_personal for p in known.properties} for known in BY_NAME.values()}
_COMMON = {"channel", "code", "utm_source", "utm_medium", "utm_campaign", "sku", "product_id", "tags", "row_key"}
_PLAIN = {
    name: ({key for key, is_personal in declared.items() if not is_personal} | (_COMMON - declared.keys())) - {"traits"}
    for name, declared in _DECLARED.items()
}

# what a property's name gives away
_KEYS = re.compile(
    r"(?:^|_)(phone|mobile|tel|telephone|email|e_mail|mail|real_?name|full_?name|first_?name|last_?name|name_cn|contact|consignee|receiver"
    r"|address|addr|street|zip_?code|id_?card|id_?number|passport|ip|ip_?address|birth_?day|birth_?date|date_?of_?birth|dob)$"
    r"|姓名|手机|电话|邮箱|地址|身份证|收货人|生日|出生",
    re.IGNORECASE,
)
# what a value gives away: e-mail, phone (7 to 15 digits), Chinese ID, IPv4 and v6, URL with a query; a date looks like a phone and is none
_VALUES = re.compile(
    r"(?P<date>(?<!\d)(?:19|20)\d\d([-/])(?:0?[1-9]|1[0-2])\2(?:[12]\d|3[01]|0?[1-9])(?!\d)"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d))?(?![^\s]*@))|"
    r"(?P<email>[^\s@]+@[^\s@]+\.[^\s@]+)|(?P<id>\b\d{17}[\dXx]\b)|(?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-fA-F:]*:[0-9a-fA-F:]+:[0-9a-fA-F:]+\b)"
    r"|(?P<phone>(?<![\d.])(?:\+?\d[\d -]{5,15}\d)(?![\d.]))|(?P<address>(?:省|市|区|县).{0,20}(?:路|街|道|巷|号|弄|小区))"
)
_SUSPECT = re.compile(r"[@?]|\d{3}|\d\.\d+\.\d|:.*:|[省市区县]")  # a cheap look before the dear one


class Vault:
    """Collects the values behind tokens: token → kind and encrypted value."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, bytes]] = {}

    def put(self, kind: str, value: Any, of: bytes) -> str:
        text = value if isinstance(value, str) else str(value)
        name = token(text, of)
        if name not in self.rows:
            self.rows[name] = (kind, encrypt_text(text))
        return name

    def take(self) -> list[tuple[str, str, bytes]]:
        """What was collected since the last time: token, kind, encrypted value."""
        rows, self.rows = self.rows, {}
        return [(name, kind, value) for name, (kind, value) in rows.items()]


def is_personal(name: str) -> bool:
    """Whether a property's name gives away that its texts and numbers are personal."""
    return _KEYS.search(name) is not None


def conceal(name: str, properties: dict[str, Any], of: bytes, vault: Vault, zone: ZoneInfo) -> dict[str, Any]:
    """The properties with every personal value replaced by its token; unknown ones by what they look like. `of`: the handle's hash;
    `zone`: the merchant's, in which a birthday that was sent as an instant is a day."""
    declared = _DECLARED.get(name)
    if declared is not None and properties.keys() <= _PLAIN[name]:
        return _strip_queries(properties, of, vault) if "url" in properties or "referrer" in properties else properties
    return {key: _property(declared, key, value, of, vault, zone) for key, value in properties.items()}


def _property(declared: dict[str, bool] | None, key: str, value: Any, of: bytes, vault: Vault, zone: ZoneInfo) -> Any:
    if key == "traits" and isinstance(value, dict):
        return _traits(value, of, vault, zone)
    if key in ("url", "referrer") and isinstance(value, str):
        return _without_query(value, of, vault)
    if key in _COMMON or (declared is not None and key in declared):
        return vault.put(key, value, of) if declared is not None and declared.get(key) else value
    return _unknown(key, value, of, vault, 0)


def _strip_queries(properties: dict[str, Any], of: bytes, vault: Vault) -> dict[str, Any]:
    return {
        key: _without_query(value, of, vault) if key in ("url", "referrer") and isinstance(value, str) else value
        for key, value in properties.items()
    }


def _traits(traits: dict[str, Any], of: bytes, vault: Vault, zone: ZoneInfo) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in traits.items():
        kind = PERSONAL_TRAITS.get(key)
        if value is None:  # nothing is said of it any more; what the same message says elsewhere stands
            for cleared in (key, MONTH_DAY) if kind == BORN else (key,):
                plain.setdefault(cleared, None)
        elif kind is None:
            plain[key] = value if key in ("nickname", "tags") else _unknown(key, value, of, vault, 0)
        else:
            if kind == BORN and (born := date_of(value, zone)):
                plain[MONTH_DAY] = f"{born.month:02}-{born.day_of_month:02}"  # enough for a greeting; the date itself is a token
            plain[key] = vault.put(kind, value if isinstance(value, str) else _flat(value), of)
    return plain


def _flat(value: Any) -> str:
    return " ".join(str(part) for part in value.values()) if isinstance(value, dict) else str(value)


def _unknown(key: str, value: Any, of: bytes, vault: Vault, depth: int) -> Any:
    """A value nobody declared: its key or its look decides."""
    if isinstance(value, str):
        if not value:
            return value
        if _KEYS.search(key):
            return vault.put("named", value, of)
        return _looked_at(value, of, vault) if _SUSPECT.search(value) else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return vault.put("named", value, of) if _KEYS.search(key) or _is_phone_number(value) else value
    if depth >= MAX_DEPTH:
        return vault.put("deep", value, of)
    if isinstance(value, dict):
        return {name: _unknown(name, inner, of, vault, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_unknown(key, inner, of, vault, depth + 1) for inner in value]
    return value


def _is_phone_number(value: float) -> bool:
    return isinstance(value, int) and 13_000_000_000 <= value <= 19_999_999_999


def _looked_at(value: str, of: bytes, vault: Vault) -> str:
    if "?" in value and "://" in value[:10]:
        return _without_query(value, of, vault)
    kind = next((found.lastgroup for found in _VALUES.finditer(value) if found.lastgroup != "date"), None)
    return vault.put(kind, value, of) if kind else value


def _without_query(url: str, of: bytes, vault: Vault) -> str:
    place, mark, query = url.partition("?")
    return f"{place}?{vault.put('query', query, of)}" if mark and query else place


class _Masks(Vault):
    """A vault that keeps nothing: what would become a token shows as its mask."""

    def put(self, kind: str, value: Any, of: bytes) -> str:
        return mask(kind, str(value))


_HANDLE_KEYS = {"userid", "anonymousid", "previousid", "groupid", "user_id", "anonymous_id", "previous_id"}


def masked(value: Any, key: str = "") -> Any:
    """A message as an operator may see it before it is a fact: handles, personal traits and whatever looks personal are masked."""
    if isinstance(value, dict):
        if key == "traits":
            return _traits(value, b"", _Masks(), ZoneInfo("UTC"))
        return {name: masked(inner, name) for name, inner in value.items()}
    if key == "handles" and isinstance(value, list):
        return [[pair[0], mask(str(pair[0]), str(pair[1]))] if isinstance(pair, list) and len(pair) == 2 else "?" for pair in value]
    if isinstance(value, list):
        return [masked(inner, key) for inner in value]
    if key.lower() in _HANDLE_KEYS:
        return mask(key, str(value))
    return _unknown(key, value, b"", _Masks(), 0)
