"""The corpus of the benches: Segment bodies of a seeded, invented shop, the same bytes on every machine.

Of the messages 12 % are anonymous, 2 % identify links (both ids), 6 % identify with traits, 5 % orders of two lines;
activity is Pareto (a fifth of the people bring four fifths); eight fact names; about 311 bytes a message.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # the first body's sentAt
_PARETO = 1.16  # the exponent at which 20 % do 80 %
_PRODUCTS = 2_000
_BLOCK = 10_000  # messages whose random numbers are drawn at once
_CONTEXT = '"context":{"library":{"name":"analytics-python","version":"2.4.0"}}'

# kinds of message and their share of all
_SHARES = {
    "link": 0.02,
    "traits": 0.06,
    "order": 0.05,
    "page": 0.25,
    "viewed": 0.27,
    "clicked": 0.13,
    "added": 0.09,
    "searched": 0.08,
    "checkout": 0.05,
}
_ANONYMOUS = 0.12 / (1 - 0.02 - 0.06 - 0.05)  # of those that are no link, trait or order


@dataclass(frozen=True)
class Corpus:
    """`facts` messages of `people`, in bodies of `size`; `sent_at(n)` is the instant the n-th body states."""

    facts: int = 1_000_000
    people: int = 100_000
    size: int = 100
    seed: int = 20261111
    write_key: str = ""

    def bodies(self) -> Iterator[bytes]:
        """The bodies as an SDK posts them. About 7 µs a message."""
        waiting: list[str] = []
        number = 0
        for message in self._messages():
            waiting.append(message)
            if len(waiting) == self.size:
                yield self._body(number, waiting)
                waiting, number = [], number + 1
        if waiting:
            yield self._body(number, waiting)

    def sent_at(self, number: int) -> datetime:
        """A body every 250 ms."""
        return START + timedelta(milliseconds=250 * number)

    def _body(self, number: int, messages: list[str]) -> bytes:
        sent_at = self.sent_at(number).isoformat(timespec="microseconds")
        return f'{{"batch":[{",".join(messages)}],"sentAt":"{sent_at}","writeKey":"{self.write_key}"}}'.encode()

    @cached_property
    def _activity(self) -> np.ndarray:
        weights = np.random.default_rng(self.seed).pareto(_PARETO, self.people) + 1
        return np.cumsum(weights) / weights.sum()

    def _messages(self) -> Iterator[str]:
        for first in range(0, self.facts, _BLOCK):
            yield from self._block(first, min(_BLOCK, self.facts - first))

    def _block(self, first: int, count: int) -> Iterator[str]:
        draw = np.random.default_rng((self.seed, first))
        people = np.searchsorted(self._activity, draw.random(count)).tolist()
        kinds = draw.choice(len(_SHARES), count, p=list(_SHARES.values())).tolist()
        anonymous = (draw.random(count) < _ANONYMOUS).tolist()
        products = draw.integers(0, _PRODUCTS, (count, 2)).tolist()
        ago = draw.integers(0, 500, count).tolist()  # milliseconds before its body was sent
        ids = draw.bytes(16 * count).hex()
        names = tuple(_SHARES)
        for i in range(count):
            kind, person = names[kinds[i]], people[i]
            hidden = anonymous[i] and kind not in ("link", "traits", "order")
            stated = self.sent_at((first + i) // self.size) - timedelta(milliseconds=ago[i])
            yield _message(kind, person, hidden, products[i], first + i, stated, ids[32 * i : 32 * i + 32])


def _message(kind: str, person: int, hidden: bool, products: list[int], number: int, stated: datetime, key: str) -> str:
    user = "null" if hidden else f'"user-{person:06d}"'
    other = f'"anon-{person:06d}-7f3a"' if hidden or kind == "link" else "null"
    uuid = f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
    said = _SAYS[kind](person, products, number)
    at = stated.isoformat(timespec="milliseconds")
    return f'{{"integrations":{{}},"anonymousId":{other},"userId":{user},{said},"timestamp":"{at}","messageId":"{uuid}",{_CONTEXT}}}'


def _product(event: str) -> Callable[[int, list[int], int], str]:
    def content(person: int, products: list[int], number: int) -> str:
        sku = products[0]
        return f'"type":"track","event":"{event}","properties":{{"product_id":"sku-{sku:04d}","price":{_price(sku)}}}'

    return content


def _order(person: int, products: list[int], number: int) -> str:
    one, two = products
    total = 2 * _price(one) + _price(two)
    lines = ",".join(f'{{"product_id":"sku-{sku:04d}","price":{_price(sku)},"quantity":{times}}}' for sku, times in ((one, 2), (two, 1)))
    content = f'"order_id":"B{number:08d}","total":{total},"currency":"CNY","products":[{lines}]'
    return f'"type":"track","event":"Order Completed","properties":{{{content}}}'


def _traits(person: int, products: list[int], number: int) -> str:
    phone = f"138{person:08d}"
    traits = f'"name":"用户{person}","phone":"{phone}","email":"p{person}@example.com","plan":"{"abc"[number % 3]}"'
    return f'"type":"identify","traits":{{{traits}}}'


def _price(sku: int) -> int:
    return 9 + sku * 7 % 290


_SAYS = {
    "link": lambda person, products, number: '"type":"identify","traits":{}',
    "traits": _traits,
    "order": _order,
    "page": lambda person, products, number: f'"type":"page","properties":{{"path":"/sku-{products[0]:04d}"}}',
    "viewed": _product("Product Viewed"),
    "clicked": _product("Product Clicked"),
    "added": _product("Product Added"),
    "searched": lambda person, products, number: (
        f'"type":"track","event":"Products Searched","properties":{{"query":"tea {products[0] % 97}"}}'
    ),
    "checkout": lambda person, products, number: f'"type":"track","event":"Checkout Started","properties":{{"order_id":"B{number:08d}"}}',
}
