"""What comes from outside without a log-in: a link that counts, a page to say no (RFC 8058), and what providers report."""

from base64 import b64decode
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from siyu.lib.clock import utc_now
from siyu.merchant.access import public, seen

from . import services
from .providers import channel
from .rules.hearing import MAX_BODY, UnreadableError
from .rules.machines import is_machine
from .rules.pace import MinuteLimit

PER_MINUTE = 600  # reports of one account that one web process takes in a minute: 600,000 messages
_limit = MinuteLimit(PER_MINUTE)
_PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@public
@require_http_methods(["GET", "HEAD"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Count the click and go where the link leads. HEAD is asked by programs that look at links, others say that they are one, and staff
    who are logged in try what they are about to send: none of them counts."""
    is_person = request.method == "GET" and seen(request) is None and not is_machine(request.headers)
    url = services.followed(token, now=utc_now(), is_person=is_person)
    if url is None:
        raise Http404
    answer = HttpResponseRedirect(url)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@public
@require_http_methods(["GET", "HEAD"])
def opened(request: HttpRequest, touch: UUID) -> HttpResponse:
    """A picture of one transparent pixel in a mail: a program that shows pictures opened it. Who says it only looks did not."""
    is_person = request.method == "GET" and not is_machine(request.headers)
    is_known = services.opened(touch, now=utc_now()) if is_person else services.touch_told(touch) is not None
    if not is_known:
        raise Http404
    answer = HttpResponse(_PIXEL, content_type="image/gif")
    answer["Cache-Control"] = "no-store"
    return answer


@public
@csrf_exempt  # the address is the proof: mail programs send no cookie
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, touch: UUID) -> HttpResponse:
    """Say no: GET asks (programs open links by themselves), POST does it, for the purpose and medium of that touch."""
    told = services.touch_told(touch)
    if told is None:
        raise Http404
    if request.method == "POST":
        services.stop(touch, now=utc_now())
    context = {"title": _("Unsubscribe"), "is_done": request.method == "POST", "medium": told.medium}
    return render(request, "touches/stop.html", context)


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop_test(request: HttpRequest, token: str) -> HttpResponse:
    """The same in a test: a member's no holds; who got it at an address that was entered is nobody, and is told so."""
    told = services.told_of_test(token)
    if told is None:
        raise Http404
    if request.method == "POST":
        services.stop_test(told, now=utc_now())
    is_done = request.method == "POST" and told.member_id is not None
    return render(request, "touches/stop.html", {"title": _("Unsubscribe"), "is_done": is_done, "is_nobodys": told.member_id is None})


@public
@csrf_exempt  # a provider sends no cookie: the secret in the address is the proof, for none of them signs
@require_http_methods(["POST"])
def reported(request: HttpRequest, token: str) -> HttpResponse:
    """Delivery reports and replies of an account's provider. 200: all of it is kept; 400 names what cannot be read, the rest is kept.

    404 closed or unknown address, 413 too long, 429 too often, 503 ask again in a moment.
    """
    account = services.account_by_token(services.token_hash(token))
    if account is None or not hasattr(channel(account.channel), "hear"):
        raise Http404
    module = channel(account.channel)
    now = utc_now()
    if not _limit.lets(account.code, now):
        return _answer(module, 429, f"at most {PER_MINUTE} reports a minute")
    if len(request.headers.get("Content-Length", "")) > 9 or len(request.body) > MAX_BODY:
        return _answer(module, 413, f"at most {MAX_BODY} bytes a report")
    try:
        heard = module.hear(request.body)
    except UnreadableError as error:
        return _answer(module, 400, str(error))
    count = services.hear(account, heard.told, now=now)
    if heard.faults:
        return _answer(module, 400, "; ".join(heard.faults)[:1_000])
    return _answer(module, 503, "not written down yet, tell it again") if count.is_early else _answer(module, 200, "OK")


def _answer(module: Any, status: int, words: str) -> HttpResponse:
    return HttpResponse(module.answer(words, status == 200), status=status, content_type="application/json")
