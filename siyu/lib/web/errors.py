"""Pages that say what went wrong and what to do next; a `Refusal` that no form caught becomes one with its code."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.refusal import Refusal

WORDS = {
    400: (_("This request cannot be read"), _("Go back and try again; a link may be old or was changed.")),
    403: (_("You may not open this page"), _("Ask the owner of this installation for the permission if you need it.")),
    404: (_("Nothing is here"), _("The page or the object does not exist, or it lies outside of what you may see.")),
    500: (_("Something broke on our side"), _("It was logged. Try again in a moment; nothing you entered was half saved.")),
}


def error(request: HttpRequest, status: int, because: str = "", code: str = "") -> HttpResponse:
    """An error page with a title, a reason and a stable code."""
    title, advice = WORDS[status]
    words = {"status": status, "title": title, "because": because or advice, "code": code or f"http.{status}"}
    return render(request, "web/error.html", words, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours: it asks nothing of the database, which may be what broke."""
    title, advice = WORDS[500]
    return HttpResponse(
        render_to_string("web/broken.html", {"status": 500, "title": title, "because": advice, "code": "http.500"}), status=500
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent from elsewhere, or its page is older than the log-in."""
    return error(request, 403, gettext("The form is out of date: load the page again and send it once more."), "csrf.failed")


def refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a refusal that reaches the top is the visitor's to read, not a fault."""

    def respond(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return error(request, 400, exception.told(gettext), exception.code) if isinstance(exception, Refusal) else None

    respond.process_exception = process_exception  # type: ignore[attr-defined]
    return respond
