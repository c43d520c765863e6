"""The small Liquid in which templates are written: its filters, what is missing in it, and how much it may make."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from liquid import Environment, FalsyStrictUndefined

from siyu.lib.money import minor_digits

MAX_OUTPUT, MAX_LOOPS = 200_000, 1_000  # bytes, turns
MAX_MADE = 100 * MAX_OUTPUT  # characters that a filter may make on its way to fewer
codes: ContextVar[Callable[[str], str]] = ContextVar("codes")  # the code of an address that counts, for the touch that is written


def _money(minor: Any, currency: str = "CNY") -> str:
    """Minor units as an amount: 1230 → 12.30."""
    digits = minor_digits(currency)
    return f"{Decimal(int(minor)).scaleb(-digits):,.{digits}f}"


def _day(value: Any, form: str = "%Y-%m-%d") -> str:
    """A day or an instant (already on the member's clock) by a strftime form; traits hold them as text, 2026-12-31. Of no words: none."""
    if value == "":
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if not isinstance(value, date):
        raise ValueError(f"{value} is no day")
    return value.strftime(form)


def _link_code(url: Any) -> str:
    """The code of an address that is counted, for a provider's parameter: providers take no addresses there."""
    parts = urlsplit(str(url))
    if parts.scheme not in ("https", "http") or not parts.hostname or len(str(url).split()) > 1:
        raise ValueError(f"{url} is no address")
    return codes.get()(str(url))


class _Missing(FalsyStrictUndefined):
    """What is not known: conditions may ask for it, loops run over nothing, `default` stands for it; said it is an error."""

    force_liquid_default = True
    allowed_properties = FalsyStrictUndefined.allowed_properties | {"items"}

    def __len__(self) -> int:
        return 0

    def items(self) -> Any:
        return ()


class _Words(Environment):
    loop_iteration_limit = MAX_LOOPS
    output_stream_limit = MAX_OUTPUT
    local_namespace_limit = MAX_OUTPUT
    block_nesting_limit = 10


def _bounded(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that makes no more than may be said: the environment's limits look at what is written, not at what is on its way."""

    @wraps(apply)
    def within(value: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(value, range) and len(value) > MAX_LOOPS:
            raise ValueError(f"a range has at most {MAX_LOOPS:,} numbers")
        if name in ("join", "replace") and _size(value) * max(map(_size, arguments), default=0) > MAX_MADE:
            raise ValueError(f"{name} would make too much of this")
        made = apply(value, *arguments, **named)
        if _size(made) > MAX_OUTPUT:
            raise ValueError(f"{name} made more than {MAX_OUTPUT:,} characters")
        return made

    return within


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 1


def _environment(*, autoescape: bool) -> Environment:
    made = _Words(undefined=_Missing, autoescape=autoescape)
    made.add_filter("money", _money)
    made.add_filter("link_code", _link_code)
    made.add_filter("date", _day)  # Liquid's own reads the clock
    made.filters = {name: _bounded(name, apply) for name, apply in made.filters.items()}
    return made


PLAIN, ESCAPING = _environment(autoescape=False), _environment(autoescape=True)
