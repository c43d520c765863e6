"""What the pages of honours share."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from siyu.lib.web.forms import Form
from siyu.merchant.access import PageRequest

from ..tasks import fact_choices


def with_facts(request: PageRequest, form: Form, title: Any, back: str) -> HttpResponse:
    return render(request, "membership/facts_form.html", {"title": title, "form": form, "cancel_url": back, "facts": fact_choices()})
