"""A link that a machine follows leads where it leads, and a picture that a machine loads is a picture: neither is a click or an opening."""

from datetime import timedelta

import pytest
from django.test import Client

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches import services
from siyu.touches.models import Link, Touch
from siyu.touches.rules.machines import is_machine
from siyu.touches.services import Wish, propose

from . import scene
from .scene import NOON, hours

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
MACHINES = [
    "Mozilla/5.0 (compatible; BarracudaCentral; +http://www.barracudacentral.org)",
    "Mozilla/5.0 (Windows NT 10.0) Proofpoint URL Defense",
    "Mimecast-URL-Protect/1.0",
    "Microsoft Office Existence Discovery",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    f"{CHROME} BingPreview/1.0b",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.24.11.78 A",
    "DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/63.0 Safari/537.36 DingTalkBot-LinkService/1.0",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
    "python-requests/2.32.3",
    "curl/8.5.0",
    "Go-http-client/2.0",
]
PEOPLE = [
    "",
    CHROME,
    f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x1800312c) NetType/WIFI Language/zh_CN",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.38.106;FBBV/614391321]",
    f"{IPHONE} Mobile/15E148 AliApp(DingTalk/7.5.20)",
    "Mozilla/5.0 (Linux; Android 12; CUBOT P60) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/8.0; Microsoft Outlook 16.0.17328; ms-office; MSOffice 16)",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0",
]


@pytest.mark.parametrize("name", MACHINES)
def test_these_say_that_they_are_machines(name: str) -> None:
    assert is_machine({"user-agent": name})


@pytest.mark.parametrize("name", PEOPLE)
def test_these_do_not(name: str) -> None:
    assert not is_machine({"user-agent": name})


@pytest.mark.parametrize(
    ("header", "value"), [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-purpose", "preview"), ("x-moz", "Prefetch")]
)
def test_a_browser_that_asks_ahead_of_its_reader_says_so(header: str, value: str) -> None:
    assert is_machine({"user-agent": CHROME, header: value})
    assert not is_machine({"user-agent": CHROME, header: ""})


@pytest.mark.django_db
def test_machines_are_led_on_and_count_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", NOON.date() - timedelta(days=2), now=NOON - hours(60))
    template = scene.template(html='<a href="https://shop.example/a">A</a>')
    propose([Wish(scene.person("yue"), template.pk, "one", "send:1", NOON)], now=NOON)
    services.send_due(NOON, "email")
    link, touch = Link.objects.get(), Touch.objects.get()
    scanner, reader = Client(headers={"user-agent": MACHINES[0]}), Client(headers={"user-agent": CHROME})
    addresses = (f"/t/{link.token}", f"/t/open/{touch.pk}.gif")

    looked = [(scanner.get(at).status_code, scanner.head(at).status_code) for at in addresses]
    ahead = [reader.get(at, headers={"sec-purpose": "prefetch"}).status_code for at in addresses]
    heads = [reader.head(at).status_code for at in addresses]
    pump(utc_now())
    link.refresh_from_db(), touch.refresh_from_db()

    assert (looked, ahead, heads) == ([(302, 302), (200, 200)], [302, 200], [302, 200])
    assert (link.clicks, touch.clicked_at, touch.opened_at) == (0, None, None)
    assert [scanner.get(at).status_code for at in ("/t/nothing", "/t/open/00000000-0000-0000-0000-000000000007.gif")] == [404, 404]

    [reader.get(at) for at in addresses]
    pump(utc_now())
    link.refresh_from_db(), touch.refresh_from_db()
    assert link.clicks == 1
    assert None not in (touch.clicked_at, touch.opened_at)
