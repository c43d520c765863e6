"""Whatever a sender says, a message becomes a fact that can be stored, or is refused with a code: nothing else ever happens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siyu.facts.rules import FactError, Incoming
from siyu.facts.segment import alone, decode, translate
from siyu.facts.segment.times import FUTURE
from siyu.lib.money import MAX_MINOR

NOW = datetime(2026, 11, 21, 20, 23, tzinfo=UTC)

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "u1", "track", "2026-11-21T20:22:49Z", "0001-01-01", "9999-12-31T23:59:59+00:00", "1e400", "-5", "CNY", "\x00"]),
)
_json = st.recursive(
    _scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)), max_leaves=8
)
_events = st.sampled_from(
    ["Order Completed", "Order Refunded", "Order Updated", "Product Viewed", "Coupon Applied", "order.created", "Quiz", "tier.changed"]
)
_product = st.fixed_dictionaries({}, optional={name: _json for name in ("product_id", "sku", "price", "quantity", "name")})
_order = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: _json
            for name in (
                "order_id",
                "order_number",
                "total",
                "revenue",
                "discount",
                "shipping",
                "currency",
                "shop",
                "refund_id",
                "amount_minor",
            )
        },
        "products": st.one_of(_json, st.lists(_product, max_size=3)),
        "price": _json,
        "coupon_id": _json,
    },
)
_messages = st.fixed_dictionaries(
    {"type": st.one_of(st.sampled_from(["track", "track", "identify", "page", "screen", "group", "alias"]), _json)},
    optional={
        "event": st.one_of(_events, _json),
        "properties": st.one_of(_order, _json),
        "traits": st.one_of(st.dictionaries(st.sampled_from(["phone", "email", "unionid", "x"]), _json), _json),
        "context": st.one_of(
            st.dictionaries(st.sampled_from(["campaign", "page", "device", "locale", "externalIds"]), _json),
            st.builds(lambda kind, value: {"externalIds": [{"type": kind, "id": value}]}, _json, _json),
            _json,
        ),
        **{name: _json for name in ("userId", "anonymousId", "previousId", "groupId", "messageId", "timestamp", "sentAt", "name")},
    },
)
_identified = st.builds(lambda message: {"userId": "u1", **message}, _messages)


def _told(message: Any, batch: dict[str, Any]) -> Incoming | str:
    body = decode(msgspec.json.encode({"batch": [message], **batch}))
    try:
        fact = translate(body.batch[0], body, NOW, index=0, currency="CNY", shop="web")
    except FactError as error:
        return error.code
    again = decode(alone(body, 0))
    assert translate(again.batch[0], again, NOW, index=0, currency="CNY", shop="web") == fact
    return fact


@settings(max_examples=50, deadline=None)
@given(message=st.one_of(_messages, _identified, _json), sent_at=_scalars, context=_json)
@example(
    message={"type": "track", "event": "Order Completed", "userId": "u", "properties": {"order_id": "1", "total": "1_000"}},
    sent_at=None,
    context=None,
)
@example(
    message={"type": "track", "event": "Order Completed", "userId": "u", "properties": {"order_id": 1, "total": 10**40}},
    sent_at=None,
    context=None,
)
@example(
    message={"type": "track", "event": "X", "userId": "u", "context": {"externalIds": [{"type": [], "id": 1}]}}, sent_at=None, context=None
)
def test_a_message_becomes_a_fact_or_is_refused(message: Any, sent_at: Any, context: Any):
    fact = _told(message, {"sentAt": sent_at, "context": context})

    if isinstance(fact, str):
        assert "." in fact
        return
    assert fact.handles
    assert all(kind and value and "\x00" not in value for kind, value in fact.handles)
    assert 1 <= len(fact.name) <= 200
    assert fact.message
    assert datetime(1970, 1, 1, tzinfo=UTC) <= fact.occurred_at <= NOW + FUTURE + timedelta(0)
    assert bool(fact.proof) == (len(fact.handles) > 1)
    assert b"\\u0000" not in msgspec.json.encode(fact).replace(b"\\\\", b"")
    if fact.name in ("order.paid", "order.refunded", "order.created", "order.exchanged"):
        assert 0 <= fact.properties["amount_minor"] <= MAX_MINOR
        assert fact.properties["order_number"]
        assert isinstance(fact.properties.get("lines", []), list)
