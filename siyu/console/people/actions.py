"""What an operator does to one member: show a hidden value, tag, assign, note a consent, merge, undo a merge. Each calls one service."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import CharField, ChoiceField, DateTimeField, DateTimeInput, RadioSelect, Textarea, TypedChoiceField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import Form, applied
from siyu.members import queries, services
from siyu.members.rules import CHANNELS, MAX_NOTE, PURPOSES, WAYS
from siyu.members.services import Choice, ConsentWord
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import staff, stores
from siyu.merchant.services import audit

from ..words import CONSENT_CHANNELS
from ..words import PURPOSES as CONSENT_PURPOSES
from .filters import found
from .one import seen_member


@requires("members.unmask")
@never_cache
@require_POST
def reveal(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """One handle in plain; the audit remembers who looked."""
    member, _url = seen_member(request.viewer, public_id)
    handle = next((one for one in queries.identities([member.id], unmasked=True) if one.id == pk), None)
    if handle is None:
        raise Http404
    audit(request.viewer.actor, "member.unmasked", f"member:{member.id}", {"identity": handle.id, "kind": handle.kind})
    return HttpResponse(escape(handle.value))


@requires("members.unmask")
@never_cache
@require_POST
def reveal_trait(request: PageRequest, public_id: str, name: str) -> HttpResponse:
    """One personal trait in plain; the audit remembers who looked."""
    member, _url = seen_member(request.viewer, public_id)
    trait = next((one for one in queries.traits(member.id, unmasked=True) if one.name == name and one.is_personal), None)
    if trait is None:
        raise Http404
    audit(request.viewer.actor, "member.unmasked", f"member:{member.id}", {"trait": trait.name})
    return HttpResponse(escape(trait.value))


@requires("members.unmask")
@never_cache
@require_POST
def reveal_note(request: PageRequest, public_id: str, message: UUID) -> HttpResponse:
    """What somebody noted of a consent, in plain; the audit remembers who looked."""
    member, _url = seen_member(request.viewer, public_id)
    said = next((one for one in queries.consents_said(member.id, unmasked=True) if one.message == message and one.note), None)
    if said is None:
        raise Http404
    audit(request.viewer.actor, "member.unmasked", f"member:{member.id}", {"consent": str(message)})
    return HttpResponse(escape(said.note))


@requires("members.edit")
@require_POST
def tag(request: PageRequest, public_id: str) -> HttpResponse:
    """Put a tag on the member, or take it off."""
    member, url = seen_member(request.viewer, public_id)
    name, by = request.POST.get("name", "").strip(), request.viewer.actor
    try:
        if request.POST.get("verb") == "untag":
            services.untag(by, [member.id], name)
        else:
            services.tag(by, [member.id], name, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    return redirect(url)


class AssistantForm(Form):
    """Who looks after the member, and in which store."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for field, label, rows in (("assistant", _("Own assistant"), staff()), ("store", _("Store"), stores())):
            choices = [("", _("Nobody") if field == "assistant" else _("None")), *((row.pk, row.name) for row in rows)]
            self.fields[field] = TypedChoiceField(label=label, choices=choices, coerce=int, empty_value=None, required=False)


@requires("members.edit")
def assistant(request: PageRequest, public_id: str) -> HttpResponse:
    """Change own assistant and store."""
    member, url = seen_member(request.viewer, public_id)
    form = AssistantForm(request.POST or None, initial={"assistant": member.assistant_id, "store": member.store_id})
    if request.method == "POST" and applied(
        form,
        lambda: services.assign_assistants(request.viewer.actor, [(member.id, form.cleaned_data["assistant"], form.cleaned_data["store"])]),
    ):
        messages.success(request, gettext("Saved."))
        return redirect(url)
    return render(request, "web/form.html", {"title": _("Own assistant and store"), "form": form, "cancel_url": url})


class ConsentForm(Form):
    """What a member told staff."""

    is_given = TypedChoiceField(
        label=_("What was said"),
        choices=[("no", _("The member withdraws the consent")), ("yes", _("The member gives the consent"))],
        coerce=lambda word: word == "yes",
        widget=RadioSelect,
    )
    purpose = ChoiceField(label=_("Purpose"), choices=[(one, CONSENT_PURPOSES[one]) for one in PURPOSES])
    channel = ChoiceField(label=_("Channel"), choices=[(one, CONSENT_CHANNELS[one]) for one in CHANNELS])
    way = ChoiceField(label=_("How we were told"), choices=[(name, _(words)) for name, words in WAYS.items()])
    at = DateTimeField(
        label=_("When"),
        required=False,
        widget=DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Left empty: now"),
    )
    note = CharField(
        label=_("Proof"),
        required=False,
        max_length=MAX_NOTE,
        widget=Textarea(attrs={"rows": 3}),
        help_text=_("What proves it: the form and where it lies, the number of the call. Needed for a yes."),
    )

    def word(self) -> ConsentWord:
        told = self.cleaned_data
        return ConsentWord(Choice(told["purpose"], told["channel"], told["is_given"]), told["way"], told["note"], told["at"])


@requires("members.edit")
def consent(request: PageRequest, public_id: str) -> HttpResponse:
    """Write down what the member told staff about a consent."""
    member, url = seen_member(request.viewer, public_id)
    form = ConsentForm(request.POST or None)
    written = lambda: services.record_consent(request.viewer.actor, member.id, form.word(), now=utc_now())  # noqa: E731
    if request.method == "POST" and applied(form, written):
        messages.success(request, gettext("Written down. It holds as soon as it is read, usually within a second."))
        return redirect(url)
    help_ = _("Of all words about a purpose and channel the newest holds, whoever wrote it down.")
    name = member.nickname or member.public_id
    title = gettext("Consent of %(name)s") % {"name": name}
    return render(request, "web/form.html", {"title": title, "help": help_, "form": form, "cancel_url": url})


class BecauseForm(Form):
    because = CharField(label=_("How do you know?"), max_length=500, widget=Textarea(attrs={"rows": 3}))


class MergeForm(BecauseForm):
    field_order = ("other", "because")
    other = CharField(label=_("The other member"), max_length=100, help_text=_("Public id, phone, e-mail or order number"))


@requires("members.edit")
def merge(request: PageRequest, public_id: str) -> HttpResponse:
    """Say that another member is this person; this one stays."""
    member, url = seen_member(request.viewer, public_id)
    form = MergeForm(request.POST or None)

    def join() -> None:
        other = _the_one(request, form.cleaned_data["other"])
        services.merge_members(request.viewer.actor, member.id, other, form.cleaned_data["because"], now=utc_now())

    if request.method == "POST" and applied(form, join):
        messages.success(request, gettext("The two are one member now; this can be undone under “Merges”."))
        # the older of two members stays: wherever this one went, its public id leads there
        return redirect(f"{url}?tab=merges")
    words = gettext("Merge another member into %(name)s") % {"name": member.nickname or member.public_id}
    return render(request, "web/form.html", {"title": words, "form": form, "submit": _("Merge"), "cancel_url": f"{url}?tab=merges"})


def _the_one(request: PageRequest, text: str) -> int:
    scope = request.viewer.scope
    ids = [number for number in found(text, scope) if queries.member(number, scope) is not None]
    if len(ids) != 1:
        raise Refusal("merge.other", "%(count)s members answer to this: name exactly one", count=len(ids))
    return ids[0]


@requires("members.edit")
def undo(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Make two people of one again."""
    member, url = seen_member(request.viewer, public_id)
    back = f"{url}?tab=merges"
    merged = next((one for one in queries.merges(member.id) if one.id == pk and one.survivor_id == member.id), None)
    if merged is None:
        raise Http404
    form = BecauseForm(request.POST or None)
    undone = lambda: services.undo_merge(request.viewer.actor, pk, form.cleaned_data["because"], now=utc_now())  # noqa: E731
    if request.method == "POST" and applied(form, undone):
        messages.success(request, gettext("They are two members again."))
        return redirect(back)
    help_words = _("History goes with its handles; points earned before the merge return to their owner, later ones stay.")
    context = {"title": _("Undo the merge"), "help": help_words, "form": form, "submit": _("Undo the merge"), "cancel_url": back}
    return render(request, "web/form.html", context)
