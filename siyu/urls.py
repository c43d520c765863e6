"""Addresses of the house. `/v1/…` (Segment) never comes here: the ASGI application answers it before Django."""

from django.urls import URLPattern, URLResolver, include, path

from siyu.api import api, nowhere

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("api/v1/<path:address>", nowhere),
    path("", include("siyu.console.urls")),
    path("m/", include("siyu.portal.urls")),
    path("", include("siyu.journeys.urls")),
    path("", include("siyu.journeys.rehearsal.urls")),
    path("", include("siyu.acquisition.urls")),
    path("", include("siyu.membership.urls")),
    path("", include("siyu.loyalty.urls")),
    path("", include("siyu.touches.urls")),
    path("", include("siyu.audiences.urls")),
    path("", include("siyu.orders.urls")),
    path("", include("siyu.facts.urls")),
    path("", include("siyu.merchant.urls")),
]

handler400 = "siyu.lib.web.errors.bad_request"
handler403 = "siyu.lib.web.errors.forbidden"
handler404 = "siyu.lib.web.errors.not_found"
handler500 = "siyu.lib.web.errors.broken"
