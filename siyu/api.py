"""Where programs come in: the rooms' routers under `/api/v1/`, one OpenAPI document, every refusal with its code."""

from http import HTTPStatus
from importlib import import_module

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError

from siyu import wiring
from siyu.lib.refusal import Refusal
from siyu.merchant.access import public

# the last word of a refusal's code says when it is something else than a rule that stands against it
_STATUS = {"scope": HTTPStatus.FORBIDDEN, "unknown": HTTPStatus.NOT_FOUND}

api = NinjaAPI(
    title="siyu",
    version="1",
    description="Balances, carts, benefits, tasks and gifts of the members of one merchant. Amounts are minor units; instants are ISO 8601 "
    "with a zone. Writes take an `Idempotency-Key`.",
    docs=Swagger(settings={"persistAuthorization": False}),
    docs_decorator=public,
    urls_namespace="api",
)
for path in wiring.API:
    prefix, _, module = path.partition(" ")
    api.add_router(prefix, import_module(module).router)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A rule forbids it: 409, so that 422 always means a request which its schema does not allow."""
    status = _STATUS.get(refusal.code.rpartition(".")[2], HTTPStatus.CONFLICT)
    return _fault(request, status, refusal.code, refusal.because)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Something of the request is missing or of the wrong kind; the message names the first of it."""
    first = error.errors[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    return _fault(request, HTTPStatus.UNPROCESSABLE_ENTITY, "request.invalid", f"{place}: {first['msg']}")


@api.exception_handler(AuthenticationError)
def unknown_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No key, or none that lives."""
    return _fault(request, HTTPStatus.UNAUTHORIZED, "key.unknown", "send a living API key: Authorization: Bearer siyu_k_…")


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Nothing of that name."""
    return _fault(request, HTTPStatus.NOT_FOUND, "request.unknown", "there is nothing of that name")


@api.exception_handler(HttpError)
def not_json(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The body is no JSON."""
    return _fault(request, error.status_code, "request.unreadable", str(error))


@public
@csrf_exempt
def nowhere(request: HttpRequest, address: str) -> HttpResponse:
    """An address below `/api/v1/` that no operation has."""
    return _fault(request, HTTPStatus.NOT_FOUND, "request.unknown", "there is nothing at this address")


def _fault(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message}, status=status)
