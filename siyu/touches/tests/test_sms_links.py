"""Links in SMS count: in the words where a provider takes words, as a code in a parameter where it takes templates only."""

from datetime import timedelta

import pytest
from django.test import Client

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches import services
from siyu.touches.models import Link, Touch
from siyu.touches.rules.sending import Message
from siyu.touches.services import Wish, open_account, propose, publish_template
from siyu.touches.services.templates import STOP

from . import scene
from .scene import NOON, hours

pytestmark = pytest.mark.django_db
BASE, SALE = "https://vip.example.com", "https://shop.example/sale?m=1&from=sms"


def sent(monkeypatch: pytest.MonkeyPatch, text: str, *values: tuple[str, str], address: str = BASE, counts_links: bool = True) -> Message:
    """The one message that a provider of SMS got."""
    desk = scene.Provider()
    module = desk.module
    module.MEDIUM = "sms"  # type: ignore[attr-defined]
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: module)
    open_account(SYSTEM, "sms", "SMS", "sms_aliyun", {"host": "h", "password": "hunter2"}, now=NOON)
    set_setting(SYSTEM, "touches.address", address, NOON.date() - timedelta(days=2), now=NOON - hours(60))
    variants = {"zh-hans": {"text": f"{text} {STOP}"}}
    template = publish_template(
        SYSTEM, "sale", "Sale", "sms", "marketing", variants, provider_values=values, counts_links=counts_links, now=NOON
    )
    propose([Wish(scene.person("yue"), template, "send:1:yue", "send:1", NOON)], now=NOON)
    services.send_due(NOON, "sms")
    return desk.got[0]


def test_a_parameter_gives_the_code_of_a_link_and_its_clicks_count(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent(
        monkeypatch, f"新品 {BASE}/t/{{{{ '{SALE}' | link_code }}}}", ("name", "小月"), ("link", f"{{{{ '{SALE}' | link_code }}}}")
    )

    link = Link.objects.get()
    assert message.values == {"name": "小月", "link": link.token}
    assert message.text == f"新品 {BASE}/t/{link.token} {STOP}"
    assert (len(link.token), link.token.isalnum(), link.url) == (12, True, SALE)

    assert Client().get(f"/t/{link.token}")["Location"] == SALE
    pump(utc_now())
    assert Touch.objects.get().clicked_at is not None


def test_addresses_in_words_and_parameters_are_one_link(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent(monkeypatch, f"新品 {SALE}", ("page", SALE), ("shop", "https://shop.example/"))

    codes = dict(Link.objects.values_list("url", "token"))
    assert codes.keys() == {SALE, "https://shop.example/"}
    assert message.text == f"新品 {BASE}/t/{codes[SALE]} {STOP}"
    assert list(message.values.values()) == [f"{BASE}/t/{codes[SALE]}", f"{BASE}/t/{codes['https://shop.example/']}"]


def test_a_code_behind_another_domain_of_the_merchant_is_not_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    message = sent(monkeypatch, f"新品 https://s.cn/t/{{{{ '{SALE}' | link_code }}}}")

    assert message.text == f"新品 https://s.cn/t/{Link.objects.get().token} {STOP}"


@pytest.mark.parametrize("changes", [{"counts_links": False}, {"address": ""}])
def test_where_links_do_not_count_addresses_stay_and_codes_are_still_made(monkeypatch: pytest.MonkeyPatch, changes: dict) -> None:
    message = sent(monkeypatch, f"新品 {SALE}", ("page", SALE), ("code", f"{{{{ '{SALE}' | link_code }}}}"), **changes)

    assert message.text == f"新品 {SALE} {STOP}"
    assert message.values == {"page": SALE, "code": Link.objects.get().token}
