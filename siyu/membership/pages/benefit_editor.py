"""Writing a benefit: the kind first, then its terms, who gets it and how often; each publishing is a new version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import DayInput, Form, applied
from siyu.merchant.access import PageRequest, requires

from ..benefits import KINDS, Field, Kind
from ..queries import benefits as queries
from ..services.benefits import publish_benefit
from ..services.defaults import install_usual_benefits
from ..titles import FAMILIES, PERS, kind_title
from .deeds import confirmed, this_day
from .fields import NamesField
from .promises import MoneyField


class BenefitForm(Form):
    """What all kinds have; a kind's own terms stand between, named `term_…`."""

    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    words = forms.CharField(label=_("What members read"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    words_en = forms.CharField(label=_("In English"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    tiers = forms.MultipleChoiceField(label=_("Tiers that have it"), required=False, widget=forms.CheckboxSelectMultiple)
    more = forms.CharField(
        label=_("Other uses by tier"),
        required=False,
        help_text=_("Tiers with a quota of their own, such as “gold 4, platinum 8”."),
        max_length=500,
    )
    tags = NamesField(label=_("Tags that have it"), help_text=_("Names of tags, parted by commas."))
    audiences = NamesField(label=_("Audiences that have it"), help_text=_("Numbers of audiences, parted by commas."))
    times = forms.IntegerField(label=_("Uses"), min_value=1, max_value=100_000, required=False, help_text=_("Empty: as often as wanted."))
    per = forms.ChoiceField(label=_("In which time"), choices=[(code, title) for code, title in PERS.items()], initial="month")
    cost_minor = MoneyField(label=_("Cost of one use"), required=False, help_text=_("Empty: what the kind estimates."))
    trial_days = forms.IntegerField(
        label=_("Days to try"), min_value=0, max_value=90, initial=0, help_text=_("Members of the tier below may try it; 0: no trial.")
    )
    from_day = forms.DateField(label=_("Holds from day"), widget=DayInput())

    def __init__(self, kind: Kind, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.kind = kind
        self.fields["tiers"].choices = queries.tiers_now(this_day())  # type: ignore[attr-defined]
        rest = {name: self.fields.pop(name) for name in list(self.fields) if name not in ("code", "name", "name_en")}
        for field in kind.fields:
            self.fields[f"term_{field.name}"] = _input(field)
        self.fields.update(rest)

    def definition(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        terms = {field.name: told[f"term_{field.name}"] for field in self.kind.fields}
        quota = {"times": told["times"], "per": told["per"]} if told["times"] else None
        return {
            "terms": {name: value for name, value in terms.items() if value is not None},
            "sources": _sources(told),
            "quota": quota,
            "cost_minor": told["cost_minor"],
            "trial_days": told["trial_days"],
            "words": told["words"],
            "words_en": told["words_en"],
            "name_en": told["name_en"],
        }

    def clean_more(self) -> list[tuple[str, int]]:
        """`gold 4, platinum 8` → the tiers with their own number."""
        lines = []
        for part in filter(None, (part.strip() for part in self.cleaned_data["more"].replace("，", ",").split(","))):
            tier, _space, times = part.rpartition(" ")
            if not tier or not times.isdigit() or not int(times):
                raise forms.ValidationError(gettext("write it as: gold 4, platinum 8"))
            lines.append((tier.strip(), int(times)))
        return lines


class NewBenefitForm(BenefitForm):
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it does not change."))
    field_order = ("code",)


@requires("membership.edit")
def new_benefit(request: PageRequest) -> HttpResponse:
    """The kinds to choose from; with `?kind=`, the form of one."""
    kind = KINDS.get(request.GET.get("kind", ""))
    if kind is None:
        families = [(title, colour, _kinds(family)) for family, (title, colour) in FAMILIES.items()]
        return render(request, "membership/kinds.html", {"title": _("New benefit"), "families": families})
    form = NewBenefitForm(kind, request.POST or None, initial={"from_day": this_day(), "name": kind_title(kind.code)})
    if request.method == "POST" and applied(form, lambda: _publish(request, form.cleaned_data["code"], kind, form)):
        messages.success(request, gettext("Published."))
        return redirect("benefit", code=form.cleaned_data["code"])
    context = {
        "title": kind_title(kind.code),
        "help": _use_of(kind),
        "form": form,
        "submit": _("Publish"),
        "cancel_url": reverse("benefits"),
    }
    return render(request, "web/form.html", context)


@requires("membership.edit")
def edit_benefit(request: PageRequest, code: str) -> HttpResponse:
    """The newest version, to be published anew."""
    versions = queries.versions_of(code)
    if not versions or versions[0].kind not in KINDS:
        raise Http404
    newest, kind = versions[0], KINDS[versions[0].kind]
    form = BenefitForm(kind, request.POST or None, initial=_typed(newest.name, newest.definition))
    if request.method == "POST" and applied(form, lambda: _publish(request, code, kind, form)):
        messages.success(request, gettext("Published."))
        return redirect("benefit", code=code)
    help = gettext("A new version holds from its day on; what was used stays as it was. %(use)s") % {"use": _use_of(kind)}
    cancel = reverse("benefit", args=[code])
    return render(
        request, "web/form.html", {"title": newest.name, "help": help, "form": form, "submit": _("Publish"), "cancel_url": cancel}
    )


@requires("membership.edit")
def install_usual(request: PageRequest) -> HttpResponse:
    """Ask, then publish the usual benefits of the trade, as far as their codes are free."""
    return confirmed(
        request,
        title=_("Usual benefits"),
        question=_("Publish free shipping, a birthday gift, priority support and early access for the tiers that usually have them?"),
        button=_("Publish them"),
        service=lambda: install_usual_benefits(request.viewer.actor, this_day(), now=utc_now()),
        back=reverse("benefits"),
        done=_("Published."),
    )


def _publish(request: PageRequest, code: str, kind: Kind, form: BenefitForm) -> None:
    told = form.cleaned_data
    publish_benefit(
        request.viewer.actor, code, kind.code, told["name"], form.definition(), told["from_day"], today=this_day(), now=utc_now()
    )


def _sources(told: dict[str, Any]) -> list[dict[str, Any]]:
    own = dict(told["more"])
    usual = [tier for tier in told["tiers"] if tier not in own]
    sources: list[dict[str, Any]] = [{"by": "tier", "codes": usual}] if usual else []
    sources += [{"by": "tier", "codes": [tier], "times": times} for tier, times in own.items()]
    sources += [{"by": by, "codes": told[name]} for by, name in (("tag", "tags"), ("audience", "audiences")) if told[name]]
    return sources


def _typed(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """A definition as the form shows it."""
    sources = definition.get("sources", [])
    by_tier = [source for source in sources if source["by"] == "tier"]
    quota = definition.get("quota") or {}
    typed = {f"term_{key}": value for key, value in definition.get("terms", {}).items()}
    typed |= {key: definition.get(key) for key in ("name_en", "words", "words_en", "cost_minor", "trial_days")}
    return typed | {
        "name": name,
        "tiers": [code for source in by_tier if source.get("times") is None for code in source["codes"]],
        "more": ", ".join(f"{code} {source['times']}" for source in by_tier if source.get("times") for code in source["codes"]),
        "tags": [code for source in sources if source["by"] == "tag" for code in source["codes"]],
        "audiences": [code for source in sources if source["by"] == "audience" for code in source["codes"]],
        "times": quota.get("times"),
        "per": quota.get("per", "month"),
        "from_day": this_day(),
    }


def _input(field: Field) -> forms.Field:
    options: dict[str, Any] = {"label": gettext(field.title), "help_text": gettext(field.help) if field.help else ""}
    if field.type == "text":
        return forms.CharField(max_length=200, initial=field.default, required=field.least > 0, **options)
    if field.type == "money":
        return MoneyField(initial=field.default, **options)
    return forms.IntegerField(min_value=field.least, max_value=field.most, initial=field.default, **options)


def _kinds(family: str) -> list[tuple[str, str, str]]:
    return [(kind.code, kind_title(kind.code), _use_of(kind)) for kind in KINDS.values() if kind.family == family]


def _use_of(kind: Kind) -> str:
    return gettext("One use is %(use)s.") % {"use": gettext(kind.use)}
