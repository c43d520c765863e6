"""What several pages of the ground share: asking before something ends, and showing a secret once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from siyu.lib.web.forms import Form, applied

from ..access import PageRequest

Words = str | Promise


def confirmed(
    request: PageRequest, title: Words, question: Words, button: Words, service: Callable[[], Any], back: str, done: Words
) -> HttpResponse:
    """A page that asks before a service runs (POST), and goes back with a word when it has."""
    form = Form(request.POST) if request.method == "POST" else Form()
    if request.method == "POST" and applied(form, service):
        messages.success(request, str(done))
        return redirect(back)
    return render(request, "web/form.html", {"title": title, "help": question, "form": form, "submit": button, "cancel_url": back})


def secret_page(request: PageRequest, title: Words, secret: str, advice: Words, back: str) -> HttpResponse:
    """A secret, shown this once: no redirect that would have to carry it, nothing that a browser keeps."""
    response = render(request, "merchant/secret.html", {"title": title, "secret": secret, "advice": advice, "back": back})
    response["Cache-Control"] = "no-store"
    return response
