"""What several pages of the ground share: showing a secret once."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from ..access import PageRequest

Words = str | Promise


def secret_page(request: PageRequest, title: Words, secret: str, advice: Words, back: str) -> HttpResponse:
    """A secret, shown this once: no redirect that would have to carry it, nothing that a browser keeps."""
    response = render(request, "merchant/secret.html", {"title": title, "secret": secret, "advice": advice, "back": back})
    response["Cache-Control"] = "no-store"
    return response
