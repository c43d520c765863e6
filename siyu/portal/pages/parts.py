"""What the pages share: how one is drawn, how a form is answered, how one waits a moment for the pump."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from siyu.lib.refusal import Refusal

from ..drawing import Words, show

__all__ = ["done", "in_a_moment", "show"]

PATIENCE_S, LOOK_EVERY_S = 2.0, 0.1  # for the pump, which looks at its inbox four times a second


def done(request: HttpRequest, to: str, service: Callable[[], Any], words: Words = "") -> HttpResponse:
    """Run a service and go on; what it refuses is told on the page that follows."""
    try:
        service()
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    else:
        if words:
            messages.success(request, str(words))
    return redirect(to)


def in_a_moment(is_there: Callable[[], bool]) -> bool:
    """Wait until what was told has been lived, so that the page that follows shows it; a pump that is busy is not waited for."""
    until = time.monotonic() + PATIENCE_S
    while not (there := is_there()) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
    return there
