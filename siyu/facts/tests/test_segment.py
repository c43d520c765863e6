"""What a Segment message becomes, and what is refused with which code."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from siyu.facts.rules import FactError, Handle, Incoming
from siyu.facts.segment import MAX_MESSAGE, MAX_MESSAGES, alone, decode, translate, wrap
from siyu.facts.segment.body import MAX_DEPTH

NOW = datetime(2026, 11, 21, 20, 23, tzinfo=UTC)


def nested(depth: int) -> list:
    return [nested(depth - 1)] if depth > 1 else []


def tell(message: dict[str, Any], *, index: int = 0, **batch: Any) -> Incoming:
    body = decode(msgspec.json.encode({"batch": [message], **batch}))
    return translate(body.batch[0], body, NOW, index=index, currency="CNY", shop="web")


def track(event: str = "Signed Up", **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "userId": "u1", "messageId": "m1", **more}


def refused(message: dict[str, Any], **batch: Any) -> str:
    with pytest.raises(FactError) as error:
        tell(message, **batch)
    return error.value.code


def test_a_message_of_the_python_sdk_with_its_explicit_nulls_becomes_a_fact():
    message = {
        "integrations": {},
        "anonymousId": None,
        "userId": "u1",
        "type": "track",
        "event": "Signed Up",
        "category": None,
        "timestamp": "2026-11-21T20:22:49.523+00:00",
        "messageId": "0e1c6bb4-8f0c-4f6d-8bb7-5d3d2c1b0a99",
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "properties": {"plan": "gold"},
    }

    fact = tell(message)

    assert fact.name == "Signed Up"
    assert fact.message == "0e1c6bb4-8f0c-4f6d-8bb7-5d3d2c1b0a99"
    assert fact.handles == [Handle("user_id", "u1")]
    assert fact.proof == ""
    assert fact.properties == {"plan": "gold"}
    assert fact.occurred_at == datetime(2026, 11, 21, 20, 22, 49, 523000, tzinfo=UTC)


def test_a_message_of_the_node_sdk_becomes_a_fact():
    message = track(
        messageId="node-next-1795292569523-6f5d",
        anonymousId="a1",
        timestamp="2026-11-21T20:22:49.523Z",
        _metadata={"nodeVersion": "24", "jsRuntime": "node"},
    )

    fact = tell(message)

    assert fact.message == "node-next-1795292569523-6f5d"
    assert fact.handles == [Handle("user_id", "u1"), Handle("anonymous_id", "a1")]
    assert fact.proof == "identify"


@pytest.mark.parametrize(
    ("message", "name", "properties"),
    [
        ({"type": "identify", "userId": "u", "traits": {"plan": "x"}}, "member.identified", {"traits": {"plan": "x"}}),
        ({"type": "group", "userId": "u", "groupId": "g", "traits": {"a": 1}}, "member.grouped", {"group_id": "g", "traits": {"a": 1}}),
        ({"type": "screen", "userId": "u", "name": "Home"}, "screen.viewed", {"name": "Home"}),
        ({"type": "alias", "userId": "u", "previousId": "p"}, "member.aliased", {"previous_id": "p"}),
        (
            {
                "type": "page",
                "anonymousId": "a",
                "name": "Tea",
                "properties": {"url": "https://s.cn/tea?phone=138", "search": "?phone=138"},
            },
            "page.viewed",
            {"name": "Tea", "url": "s.cn/tea"},
        ),
    ],
)
def test_each_type_has_its_fact(message: dict, name: str, properties: dict):
    fact = tell({**message, "messageId": "m"})

    assert (fact.name, fact.properties) == (name, properties)


def test_segments_shopping_events_become_ours_and_unknown_names_stay():
    assert tell(track("Product Viewed", properties={"product_id": "S1", "price": 19.9})).properties == {"sku": "S1", "price": "19.9"}
    assert tell(track("Product Viewed")).name == "product.viewed"
    assert tell(track("  Quiz Finished ")).name == "Quiz Finished"


def test_an_order_is_told_in_minor_units_with_its_lines():
    products = [{"product_id": "7", "sku": "S1", "name": "茶", "price": 9.995, "quantity": 2}, {"product_id": "S2", "price": "10.50"}]

    fact = tell(
        track("Order Completed", properties={"order_id": 1001, "total": 30.5, "discount": "1.005", "shipping": 0, "products": products})
    )

    assert fact.name == "order.paid"
    assert fact.key == "order.paid:web:1001"
    assert fact.properties["order_number"] == "1001"
    assert fact.properties["amount_minor"] == 3050
    assert (fact.properties["discount_minor"], fact.properties["shipping_minor"]) == (101, 0)
    assert fact.properties["currency"] == "CNY"
    assert fact.properties["lines"] == [
        {"sku": "S1", "quantity": "2", "unit_price": "9.995", "amount_minor": 1999, "name": "茶"},
        {"sku": "S2", "quantity": "1", "unit_price": "10.50", "amount_minor": 1050},
    ]


def test_an_order_without_a_total_is_the_sum_of_its_lines():
    fact = tell(track("Order Completed", properties={"order_id": "1", "products": [{"sku": "S", "price": 3, "quantity": 3}]}))

    assert fact.properties["amount_minor"] == 900


def test_revenue_and_value_stand_in_for_a_total():
    assert tell(track("Order Completed", properties={"order_id": "1", "revenue": 5})).properties["amount_minor"] == 500
    both = tell(track("Order Completed", properties={"order_id": "1", "total": 6, "revenue": 5})).properties
    assert (both["amount_minor"], both["revenue"]) == (600, 5)


def test_a_refund_is_once_for_ever_only_when_it_has_an_id():
    refund = {"order_id": "1", "total": 5, "shop": "mall"}

    assert tell(track("Order Refunded", properties=dict(refund))).key == ""
    assert tell(track("Order Refunded", properties={**refund, "refund_id": "r9"})).key == "order.refunded:mall:1:r9"


def test_an_empty_total_is_none_and_what_costs_nothing_says_so():
    def amount(**properties: Any) -> int:
        return tell(track("Order Completed", properties={"order_id": "1", **properties})).properties["amount_minor"]

    assert amount(total="", revenue=7) == 700
    assert amount(total=" ", products=[{"product_id": "tea", "price": 5}, {"product_id": "gift", "price": ""}]) == 500
    assert amount(products=[{"product_id": "gift", "price": 0}]) == 0


def test_a_colon_in_a_shop_or_number_makes_no_order_another():
    def key(event: str, **properties: Any) -> str:
        return tell(track(event, properties={"total": 5, **properties})).key

    assert key("Order Completed", shop="a:b", order_id="1") != key("Order Completed", shop="a", order_id="b:1")
    assert key("Order Completed", shop="a\\", order_id="1") != key("Order Completed", shop="a", order_id="\\:1")
    assert key("Order Refunded", order_id="1:2", refund_id="3") != key("Order Refunded", order_id="1", refund_id="2:3")
    assert key("Order Completed", shop="a", order_id="2026:1") == "order.paid:a:2026:1"


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"total": 5}, "order.number"),
        ({"order_id": "1"}, "amount.missing"),
        ({"order_id": "1", "total": "five"}, "amount.invalid"),
        ({"order_id": "1", "total": -5}, "amount.invalid"),
        ({"order_id": "1", "total": True}, "amount.invalid"),
        ({"order_id": "1", "total": 1e300}, "amount.invalid"),
        ({"order_id": "1", "total": "1e-999999999"}, "amount.invalid"),
        ({"order_id": "1", "total": "NaN"}, "amount.invalid"),
        ({"order_id": "1", "total": 5, "currency": "USD"}, "currency.other"),
        ({"order_number": 5.5, "total": 5}, "order.number"),
        ({"order_number": ["1"], "total": 5}, "order.number"),
        ({"order_id": "1", "lines": [{"sku": "tea", "quantity": 2, "unit_price": "1"}]}, "amount.missing"),
        ({"order_id": "1", "lines": ["tea"]}, "amount.missing"),
        ({"order_id": "1", "total": " "}, "amount.missing"),
        ({"order_id": "1", "products": [{"product_id": "tea", "quantity": 2}]}, "amount.missing"),
        ({"order_id": "1", "lines": 5}, "amount.missing"),
        ({"order_id": "1", "lines": [{"sku": "tea", "amount_minor": -5}]}, "amount.invalid"),
        ({"order_id": "1", "total": 5, "products": ["tea"]}, "line.invalid"),
        ({"order_id": "1", "products": [{"price": "0.01", "quantity": "9999999999.99999"}]}, "amount.invalid"),
        ({"order_id": "1", "total": 5, "products": [{"price": 1, "quantity": "many"}]}, "amount.invalid"),
    ],
)
def test_a_broken_order_is_refused_with_its_reason(properties: dict, code: str):
    assert refused(track("Order Completed", properties=properties)) == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "track", "event": "X"}, "message.identity"),
        ({"type": "track", "event": "X", "userId": "  ", "anonymousId": None}, "message.identity"),
        ({"type": "track", "event": "X", "userId": "u" * 256}, "message.identity"),
        ({"type": "track", "userId": "u"}, "message.event"),
        ({"type": "track", "userId": "u", "event": 7}, "message.event"),
        ({"type": "track", "userId": "u", "event": "x" * 201}, "message.event"),
        ({"type": "track", "userId": "u", "event": "tier.changed"}, "message.reserved"),
        ({"type": "dance", "userId": "u"}, "message.type"),
        ({"userId": "u"}, "message.type"),
        ({"type": ["track"], "userId": "u"}, "message.type"),
        ({"type": "alias", "userId": "u"}, "message.alias"),
        ({"type": "alias", "previousId": "p"}, "message.alias"),
        ({"type": "group", "userId": "u"}, "message.group"),
        ({"type": "track", "userId": "u", "event": "X", "properties": [1]}, "message.invalid"),
        ({"type": "track", "userId": "u", "event": "X", "properties": {"a": "b\x00"}}, "message.null_character"),
        ({"type": "track", "userId": "u", "event": "X", "properties": {"a": nested(MAX_DEPTH - 1)}}, "message.invalid"),
        ({"type": "track", "userId": "u", "event": "X", "properties": {"a": "b" * MAX_MESSAGE}}, "message.too_large"),
    ],
)
def test_what_is_no_message_is_refused_with_its_code(message: dict, code: str):
    assert refused(message) == code


def test_a_message_may_be_nested_and_hold_as_many_brackets_as_it_likes():
    deep, wide = nested(MAX_DEPTH - 2), [[]] * MAX_DEPTH

    assert tell(track(properties={"a": deep, "b": wide, "c": '[{"' * MAX_DEPTH})).properties["a"] == deep


def test_a_backslash_before_u0000_is_no_null_character():
    assert tell(track(properties={"path": "C:\\u0000"})).properties == {"path": "C:\\u0000"}


def test_a_message_of_broken_bytes_is_refused_alone():
    body = decode(b'{"batch":[{"type":"track","userId":"\xff","event":"X"},{"type":"track","userId":"u","event":"X"},3]}')

    for index, code in ((0, "message.invalid"), (2, "message.invalid")):
        with pytest.raises(FactError) as error:
            translate(body.batch[index], body, NOW, index=index, currency="CNY", shop="web")
        assert error.value.code == code
    assert translate(body.batch[1], body, NOW, index=1, currency="CNY", shop="web").name == "X"


def test_the_surplus_of_a_batch_is_refused_message_by_message():
    assert tell(track(), index=MAX_MESSAGES - 1).name == "Signed Up"
    with pytest.raises(FactError, match=r"message\.surplus"):
        tell(track(), index=MAX_MESSAGES)


@pytest.mark.parametrize("payload", [b"", b"nonsense", b'{"batch": [', b'{"batch":' + b"[" * 5000, b'{"batch":[{"a" 1}]}'])
def test_a_body_that_is_no_json_is_refused(payload: bytes):
    with pytest.raises(FactError, match=r"json\.invalid"):
        decode(payload)


@pytest.mark.parametrize("payload", [b"[]", b"{}", b'{"batch": {}}', b'"x"'])
def test_a_body_without_a_list_of_messages_is_refused(payload: bytes):
    with pytest.raises(FactError, match=r"body\.invalid"):
        decode(payload)


def test_the_traits_of_an_identify_bring_handles():
    fact = tell(
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "traits": {"phone": " 13800138000 ", "unionid": "o6", "email": None}}
    )

    assert fact.handles == [Handle("user_id", "u1"), Handle("anonymous_id", "a1"), Handle("phone", "13800138000"), Handle("unionid", "o6")]
    assert fact.proof == "identify"


def test_external_ids_of_the_context_bring_handles():
    external = [{"id": "wm1", "type": "wecom_external_userid"}, {"id": "x", "type": "ga_client_id"}, {"type": "phone"}]

    fact = tell(track(context={"externalIds": external}))

    assert fact.handles == [Handle("user_id", "u1"), Handle("wecom_external_userid", "wm1")]
    assert fact.proof == "identify"


def test_an_alias_joins_two_user_ids_or_a_user_id_and_the_browsers_anonymous_id():
    server = tell({"type": "alias", "userId": "u1", "previousId": "old"})
    browser = tell({"type": "alias", "userId": "u1", "previousId": "a1", "anonymousId": "a1"})

    assert (server.handles, server.proof) == ([Handle("user_id", "u1"), Handle("user_id", "old")], "alias")
    assert browser.handles == [Handle("user_id", "u1"), Handle("anonymous_id", "a1")]


def test_of_the_context_only_the_useful_is_kept_and_nothing_personal():
    context = {
        "ip": "10.1.2.3",
        "userAgent": "Mozilla/5.0 (Macintosh)",
        "campaign": {"source": "douyin", "medium": "video", "name": "1111"},
        "page": {"url": "https://shop.cn/tea?phone=13800138000", "title": "茶", "referrer": "https://www.baidu.com/s?wd=me"},
        "locale": "zh-CN",
        "timezone": "Asia/Shanghai",
        "device": {"type": "ios", "id": "IDFA"},
    }

    assert tell(track(context=context, properties={"locale": "mine"})).properties == {
        "locale": "mine",
        "utm_source": "douyin",
        "utm_medium": "video",
        "utm_campaign": "1111",
        "page_path": "/tea",
        "page_title": "茶",
        "referrer_host": "www.baidu.com",
        "timezone": "Asia/Shanghai",
        "device_type": "ios",
    }


def test_the_batchs_context_lies_under_the_messages_own():
    fact = tell(track(context={"locale": "en"}), context={"locale": "zh-CN", "timezone": "Asia/Shanghai"})

    assert fact.properties == {"locale": "en", "timezone": "Asia/Shanghai"}


@pytest.mark.parametrize("context", [7, "x", [], {"page": "home", "locale": "en"}, {"campaign": None, "locale": "en"}])
def test_a_strange_context_never_costs_the_fact(context: Any):
    assert set(tell(track(context=context)).properties) <= {"locale"}


def test_a_part_of_a_context_with_a_null_character_is_passed_over_and_costs_no_fact():
    batch = {"campaign": {"source": "a\x00"}, "locale": "zh-CN"}

    assert tell(track(), context=batch).properties == {"locale": "zh-CN"}
    assert tell(track(context={"page": {"title": "\x00"}})).properties == {}
    assert len(tell(track(context={"externalIds": [{"type": "phone", "id": "1\x00"}]})).handles) == 1


def test_a_context_as_large_as_a_message_must_not_be_is_passed_over_and_not_kept():
    body = decode(msgspec.json.encode({"batch": [track()], "context": {"locale": "en", "more": "x" * MAX_MESSAGE}}))

    assert translate(body.batch[0], body, NOW, index=0, currency="CNY", shop="web").properties == {}
    assert len(alone(body, 0)) < 1_000


def test_the_senders_clock_is_corrected_by_ours():
    message = track(timestamp="2026-11-21T10:00:00Z")

    assert tell(message, sentAt="2026-11-21T10:00:30Z").occurred_at == NOW - timedelta(seconds=30)
    assert tell(message, sentAt="yesterday").occurred_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert tell(message).occurred_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert tell(track(), sentAt="2026-11-21T10:00:30Z").occurred_at == NOW
    assert tell(track(timestamp="soon")).occurred_at == NOW
    assert tell(track(timestamp="2026-11-21T18:00:00+08:00")).occurred_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_historical_import_keeps_its_distance():
    fact = tell(track(timestamp="2011-06-01T08:00:00Z"), sentAt="2026-11-21T20:23:00Z")

    assert fact.occurred_at == datetime(2011, 6, 1, 8, tzinfo=UTC)
    assert fact.properties == {}


@pytest.mark.parametrize(
    "stated", ["2026-11-22T19:24:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "1969-12-31T23:59:59Z"]
)
def test_an_impossible_instant_is_replaced_by_the_receipt_and_says_so(stated: str):
    fact = tell(track(timestamp=stated))

    assert fact.occurred_at == NOW
    assert fact.properties == {"stated_at": stated}


def test_a_message_without_an_id_gets_one_that_a_second_run_repeats():
    message = {key: value for key, value in track().items() if key != "messageId"}

    assert tell(message).message == tell(message).message
    assert tell(message).message != tell(message, index=1).message


def test_a_single_request_is_a_batch_of_one_whose_endpoint_gives_the_type():
    body = decode(
        wrap("track", b'{"type":"page","event":"X","userId":"u","sentAt":"2026-11-21T10:00:30Z","timestamp":"2026-11-21T10:00:00Z"}')
    )

    fact = translate(body.batch[0], body, NOW, index=0, currency="CNY", shop="web")

    assert fact.name == "X"
    assert fact.occurred_at == NOW - timedelta(seconds=30)


def test_a_write_key_in_the_body_is_read():
    assert decode(b'{"batch":[],"writeKey":" k "}').write_key == "k"


def test_a_message_kept_alone_tells_the_same_fact_without_the_key():
    first, second = track(messageId="m1"), track(messageId="m2", timestamp="2026-11-21T10:00:00Z")
    payload = msgspec.json.encode(
        {"batch": [first, second], "sentAt": "2026-11-21T10:00:30Z", "context": {"locale": "en"}, "writeKey": "secret"}
    )
    whole = decode(payload)

    kept = alone(whole, 1)

    body = decode(kept)
    assert b"secret" not in kept
    again = translate(body.batch[0], body, NOW, index=0, currency="CNY", shop="web")
    assert again == translate(whole.batch[1], whole, NOW, index=1, currency="CNY", shop="web")
    assert decode(alone(decode(wrap("page", b'{"userId":"u"}')), 0)).type == "page"
