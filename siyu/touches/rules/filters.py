"""The small Liquid in which templates are written: its filters, what is missing in it, and how much it may make."""

import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, wraps
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, Environment, FalsyStrictUndefined, Node, RenderContext, is_undefined
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank, Empty, StringLiteral
from liquid.expression import Expression

from siyu.facts.dates import date_of, instant_of, is_midnight
from siyu.lib.money import minor_digits

MAX_OUTPUT, MAX_LOOPS = 200_000, 1_000  # bytes, turns
MAX_MADE = 100 * MAX_OUTPUT  # characters that a filter may make on its way to fewer
_NAMES = re.compile("%[AaBbp%]")  # what strftime says in words


class Telling(NamedTuple):
    """For whom words are written: in which language, how an address gets its code, and by whose clock instants are (None: as written)."""

    language: str = ""
    code_of: Callable[[str], str] = str
    zone: ZoneInfo | None = None


_COUNTING = frozenset(
    {"abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "money", "plus", "round", "slice", "times", "truncate"}
)
NOBODY = Telling()
telling: ContextVar[Telling] = ContextVar("telling", default=NOBODY)


@lru_cache(maxsize=200)
def parsed(environment: Environment, source: str) -> BoundTemplate:
    """A template, read once for all who get it; what is not known is blank in it, and empty, as in other Liquids. Raises `LiquidError`."""
    made = environment.from_string(source)
    _let_missing_be_blank(made.nodes, RenderContext(made))
    return made


def _money(minor: Any, currency: str = "CNY") -> str:
    """Minor units as an amount: 1230 → 12.30. Fractions of them, as discounts leave, are rounded half up; text has none."""
    digits = minor_digits(currency)
    whole = Decimal(str(minor)).quantize(Decimal(1), ROUND_HALF_UP) if isinstance(minor, float | Decimal) else int(minor)
    return f"{Decimal(whole).scaleb(-digits):,.{digits}f}"


def _day(value: Any, form: str = "%Y-%m-%d") -> str:
    """A day or an instant (already on the member's clock) by a strftime form; traits hold them as text, 2026-12-31, or as a number.
    Of no words: none."""
    if value == "":
        return ""
    if isinstance(value, str | int | float):
        value = _read(str(value).strip())
    if not isinstance(value, date):
        raise ValueError(f"{value} is no day")
    return value.strftime(_in_chinese(value, form) if telling.get().language == "zh" else form)


def _read(text: str) -> date:
    """A day or an instant as a trait tells it: what is midnight as it is written is a mere day, as for rules (`facts.dates`)."""
    zone = telling.get().zone
    if (told := instant_of(text)) is not None:
        return told if told.tzinfo is None or is_midnight(told) else told.astimezone(zone or told.tzinfo)
    written = date_of(text, zone or ZoneInfo("UTC"))
    if written is None or written.day is None:
        raise ValueError(f"{text} is no day")
    return written.day


def _in_chinese(value: date, form: str) -> str:
    """A strftime form, its names of days, months and halves of a day said in Chinese."""
    month, weekday = f"{value.month}月", "一二三四五六日"[value.weekday()]
    half = "上午" if not isinstance(value, datetime) or value.hour < 12 else "下午"
    names = {"%A": f"星期{weekday}", "%a": f"周{weekday}", "%B": month, "%b": month, "%p": half}
    return _NAMES.sub(lambda found: names.get(found[0], found[0]), form)


def _link_code(url: Any) -> str:
    """The code of an address that is counted, for a provider's parameter: providers take no addresses there."""
    parts = urlsplit(str(url))
    if parts.scheme not in ("https", "http") or not parts.hostname or len(str(url).split()) > 1:
        raise ValueError(f"{url} is no address")
    return telling.get().code_of(str(url))


class _Missing(FalsyStrictUndefined):
    """What is not known: conditions may ask for it, loops run over nothing, `default` stands for it; said it is an error."""

    force_liquid_default = True
    allowed_properties = FalsyStrictUndefined.allowed_properties | {"items"}

    def __len__(self) -> int:
        return 0

    def items(self) -> Any:
        return ()


class _Told(Expression):
    """What is compared with nothing: "" where it is not known."""

    __slots__ = ("of",)

    def __init__(self, of: Expression) -> None:
        super().__init__(of.token)
        self.of = of

    def evaluate(self, context: RenderContext) -> object:
        found = self.of.evaluate(context)
        return "" if found is None or is_undefined(found) else found

    def children(self) -> list[Expression]:
        return [self.of]


def _let_missing_be_blank(nodes: Iterable[Node], context: RenderContext) -> None:
    for node in nodes:
        waiting = list(node.expressions())
        while waiting:
            found = waiting.pop()
            waiting += found.children()
            if isinstance(found, EqExpression | NeExpression):
                left, right = found.left, found.right
                found.left, found.right = _Told(left) if _is_nothing(right) else left, _Told(right) if _is_nothing(left) else right
        _let_missing_be_blank(node.children(context), context)


def _is_nothing(found: Expression) -> bool:
    return isinstance(found, Blank | Empty) or (isinstance(found, StringLiteral) and not found.value)


class _Words(Environment):
    loop_iteration_limit = MAX_LOOPS
    output_stream_limit = MAX_OUTPUT
    local_namespace_limit = MAX_OUTPUT
    block_nesting_limit = 10


def _bounded(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that makes no more than may be said: the environment's limits look at what is written, not at what is on its way."""

    @wraps(apply)
    def within(value: Any, *arguments: Any, **named: Any) -> Any:
        if name in _COUNTING:
            _demand_known(value, *arguments)
        if isinstance(value, range) and len(value) > MAX_LOOPS:
            raise ValueError(f"a range has at most {MAX_LOOPS:,} numbers")
        if name in ("join", "replace") and _size(value) * max(map(_size, arguments), default=0) > MAX_MADE:
            raise ValueError(f"{name} would make too much of this")
        made = apply(value, *arguments, **named)
        if _size(made) > MAX_OUTPUT:
            raise ValueError(f"{name} made more than {MAX_OUTPUT:,} characters")
        return made

    return within


def _demand_known(*values: Any) -> None:
    """Liquid counts what is not known as 0, which nobody may be told. Raises `UndefinedError`."""
    for value in values:
        if is_undefined(value):
            str(value)


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
