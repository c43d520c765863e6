"""A browser in the hands of a member of the pool that the console's tests live in."""

from django.test import Client

from siyu.console.tests.people import NOW, OTHER_PHONE, PHONE, live, member
from siyu.facts.pump import pump
from siyu.facts.rules import Handle
from siyu.lib.clock import utc_now
from siyu.members.queries import hash_for
from siyu.portal import services
from siyu.portal.access import COOKIE

__all__ = ["NOW", "OTHER_PHONE", "PHONE", "asked", "browser", "live", "lived", "member", "signed_in"]


def browser(language: str = "en") -> Client:
    """A browser of nobody yet."""
    client = Client()
    client.cookies["django_language"] = language
    return client


def signed_in(nickname: str = "小月", language: str = "en") -> Client:
    """A browser in which a member is signed in; `who` is the member, `handle` the hash they came in by."""
    client, who = browser(language), member(nickname)
    phone = {"小月": PHONE, "阿杰": OTHER_PHONE}[nickname]
    opened = services.sign_in([Handle("phone", phone)], way="code", device="iPhone · WeChat", now=utc_now())
    client.cookies[COOKIE] = opened.token
    client.who, client.handle = who, hash_for(who.pk)
    return client


def asked(client: Client, to: str) -> str:
    """Ask for a code by the page and read it on the developer page."""
    answer = client.post("/m/log-in", {"to": to})
    assert answer.status_code == 302, answer.content.decode()
    shown = client.get("/m/dev/codes").context["codes"]
    return shown[0].code


def lived() -> None:
    """The pump takes what was told."""
    assert not pump(utc_now()).quarantined
