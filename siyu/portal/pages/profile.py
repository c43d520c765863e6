"""What a member says of themselves, and what they agree to."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from siyu.lib.web.forms import applied
from siyu.members import queries as members
from siyu.members.queries import ConsentView
from siyu.members.services import Choice
from siyu.merchant.queries import settings_book, today
from siyu.touches.rules.gate import newest_word

from .. import queries, services
from ..access import MemberRequest, member_only
from ..rules import GENDERS, Profile, may_set_birthday
from ..words import CHANNELS, HANDLES, PURPOSES, said
from ..words import GENDERS as GENDER_WORDS
from .parts import in_a_moment, show

Asked = tuple[str, str]  # purpose, channel
OFFERED = {"marketing": ("inbox", "wecom", "sms", "email", "phone", "webhook"), "service": ("sms", "email", "wecom", "webhook")}


class ProfileForm(forms.Form):
    nickname = forms.CharField(label=gettext_lazy("Nickname"), max_length=30, required=False)
    gender = forms.ChoiceField(label=gettext_lazy("Gender"), required=False)
    birthday = forms.DateField(
        label=gettext_lazy("Birthday"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    city = forms.CharField(label=gettext_lazy("City"), max_length=40, required=False)

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]
        self.fields["gender"].choices = [("", gettext("I'd rather not say")), *((code, said(GENDER_WORDS, code)) for code in GENDERS)]  # type: ignore[attr-defined]
        for name, word in (("nickname", "nickname"), ("birthday", "bday"), ("city", "address-level2")):
            self.fields[name].widget.attrs["autocomplete"] = word


@member_only
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: MemberRequest) -> HttpResponse:
    """Nickname, gender, birthday, city."""
    member, known = request.member, queries.profile(request.member.id)
    may_change = may_set_birthday(known.birthday, queries.birthday_changed(member.id), request.now)
    form = ProfileForm(request.POST or None, initial=known._asdict())
    if not may_change:
        form.fields["birthday"].disabled = True
        form.fields["birthday"].initial = _day(known.birthday)
        form.fields["birthday"].help_text = gettext("A birthday can be changed once a year.")
    form.fields["birthday"].widget.attrs["max"] = today(request.now).isoformat()
    told = []

    def change() -> None:
        typed = form.cleaned_data
        birthday = typed["birthday"].isoformat() if typed["birthday"] else known.birthday
        new = Profile(typed["nickname"].strip(), typed["gender"], birthday if may_change else known.birthday, typed["city"].strip())
        told.append(services.change_profile(member.actor, member.handle, known, new, now=request.now))

    if request.method == "POST" and applied(form, change):
        if (fact := told[0]) is not None:
            in_a_moment(lambda: members.is_described(member.handle, fact))
        messages.success(request, gettext("Saved."))
        return redirect("m:profile")
    handles = [(said(HANDLES, one.kind), one.value) for one in members.identities([member.id]) if one.kind in HANDLES]
    return show(request, "profile", {"tab": "me", "back_url": reverse("m:me"), "form": form, "handles": handles})


@member_only
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: MemberRequest) -> HttpResponse:
    """Purposes and channels, each given or withdrawn by a switch; what changes is a fact with its proof.

    A switch stands as the gate decides: where nothing was said it is on, unless the purpose needs a yes.
    """
    words = _words(request.member.id, [(purpose, channel) for purpose, channels in OFFERED.items() for channel in channels])
    is_on = _are_on(words, today(request.now))
    if request.method == "POST":
        wanted = {key: ".".join(key) in request.POST for key in words}
        return _chosen(request, [Choice(*key, wanted[key]) for key in words if wanted[key] != is_on[key]], "m:consents")
    groups = [
        (said(PURPOSES, purpose), [_switch(purpose, channel, is_on[purpose, channel], words[purpose, channel]) for channel in channels])
        for purpose, channels in OFFERED.items()
    ]
    return show(request, "consents", {"tab": "me", "back_url": reverse("m:me"), "groups": groups})


@member_only
@require_http_methods(["POST"])
def personalisation(request: MemberRequest) -> HttpResponse:
    """The switch of personal recommendations."""
    return _chosen(request, [Choice("personalisation", "any", "on" in request.POST)], "m:privacy")


def wants_recommendations(member_id: int, day: date) -> bool:
    """The switch of personal recommendations stands as the gate decides, too."""
    return _are_on(_words(member_id, [("personalisation", "any")]), day)["personalisation", "any"]


def _chosen(request: MemberRequest, choices: list[Choice], back: str) -> HttpResponse:
    facts = services.choose_consents(request.member.actor, request.member.handle, choices, now=request.now)
    if facts:
        in_a_moment(lambda: members.are_kept(facts))
    messages.success(request, gettext("Saved. It holds from now on."))
    return redirect(back)


def _words(member_id: int, asked: Sequence[Asked]) -> dict[Asked, ConsentView | None]:
    """What holds of each purpose and channel, as the gate hears it."""
    given = {(one.purpose, one.channel): one for one in members.consents(member_id)}
    return {(purpose, channel): newest_word(given, purpose, channel) for purpose, channel in asked}


def _are_on(words: Mapping[Asked, ConsentView | None], day: date) -> dict[Asked, bool]:
    opt_in = settings_book().value("touches.opt_in", day)
    return {key: word.is_given if word else key[0] not in opt_in for key, word in words.items()}


def _switch(purpose: str, channel: str, is_on: bool, word: ConsentView | None) -> tuple[str, str, bool, Any]:
    """Name, words, state and last word of one switch, where its day is known."""
    return f"{purpose}.{channel}", said(CHANNELS, channel), is_on, word if word and word.said_at else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
