"""What people open from a touch: a link that counts, a page to say no, and the one click of mail programs (RFC 8058)."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from siyu.lib.clock import utc_now
from siyu.merchant.access import public

from . import services


@public
@require_http_methods(["GET", "HEAD"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Count the click and go where the link leads. HEAD is asked by programs that look at links: it counts nothing."""
    url = services.followed(token, now=utc_now(), is_person=request.method == "GET")
    if url is None:
        raise Http404
    answer = HttpResponseRedirect(url)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
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
