"""The editor's form of each kind of condition: its fields bear the names that stand in the definition."""

from collections.abc import Container, Iterator
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form
from siyu.merchant import queries as merchant
from siyu.merchant.queries import today

from ...queries import ladder
from ..values import Choices, MoneyField, NumbersField, WordsField

WEEKDAYS = (("1", _("Mon")), ("2", _("Tue")), ("3", _("Wed")), ("4", _("Thu")), ("5", _("Fri")), ("6", _("Sat")), ("7", _("Sun")))
PERIODS = (("ever", _("Ever")), ("day", _("Each day")), ("week", _("Week")), ("month", _("Month")), ("year", _("Year")))


class ConditionForm(Form):
    """`definition()` is what stands in a rule: the fields that say something, and the kind."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    icon: ClassVar[str] = "filter"

    def definition(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        return {"kind": self.kind, **told}


class ProductsForm(ConditionForm):
    kind, title, icon = "products", _("Products and categories"), "package"

    skus = WordsField(label=_("Products (SKU)"), help_text=_("Empty: all"))
    categories = WordsField(label=_("Categories"), help_text=_("A category holds for those below it"))
    except_skus = WordsField(label=_("But not these products"))
    except_categories = WordsField(label=_("But not these categories"))
    matching_only = forms.BooleanField(label=_("Only these lines earn"), required=False, initial=True)


class AmountForm(ConditionForm):
    kind, title, icon = "amount", _("Amount of the order"), "coin"

    at_least = MoneyField(label=_("At least"))
    at_most = MoneyField(label=_("At most"))
    of = forms.ChoiceField(label=_("Amount of"), choices=(("order", _("the whole order")), ("matching", _("the lines that match"))))


class PlaceForm(ConditionForm):
    kind, title, icon = "place", _("Shop, store, channel"), "building-store"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["shops"] = Choices([(shop.code, shop.name) for shop in merchant.shops()], label=_("Shops"))
        self.fields["stores"] = Choices([(store.code, store.name) for store in merchant.stores()], label=_("Stores"))
        self.fields["channels"] = WordsField(label=_("Channels (code)"))
        self.fields["sources"] = WordsField(label=_("Sources of facts"))


class TierForm(ConditionForm):
    kind, title, icon = "tier", _("Tier held"), "stairs-up"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        steps = [(step.code, step.shown) for step in ladder(today(utc_now()))]
        self.fields["codes"] = Choices(steps, label=_("Tiers"), help_text=_("The tier held before the order at hand"))
        self.fields["codes"].required = True


class TagForm(ConditionForm):
    kind, title, icon = "tag", _("Member tag"), "tag"

    any = WordsField(label=_("Has one of these tags"))
    none = WordsField(label=_("Has none of these tags"))


class AudienceForm(ConditionForm):
    kind, title, icon = "audience", _("Audience"), "users-group"

    any = WordsField(label=_("Is in one of these audiences"), help_text=_("Numbers of audiences"))
    none = WordsField(label=_("Is in none of these audiences"))


class FirstTimeForm(ConditionForm):
    kind, title, icon = "first_time", _("First time"), "sparkles"

    within = forms.ChoiceField(label=_("In each"), choices=PERIODS)
    times = forms.IntegerField(label=_("The first … times"), min_value=1, max_value=1_000, initial=1)


class BirthdayForm(ConditionForm):
    kind, title, icon = "birthday", _("Birthday"), "cake"

    within = forms.ChoiceField(label=_("Time"), choices=(("day", _("the day")), ("week", _("its week")), ("month", _("its month"))))
    leap_day = forms.ChoiceField(label=_("Born on 29 February"), choices=(("02-28", _("28 February")), ("03-01", _("1 March"))))


class HoursForm(ConditionForm):
    kind, title, icon = "hours", _("Weekdays and hours"), "clock"

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    begins = forms.TimeField(label=_("From"), initial="00:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        label=_("Until"),
        initial="00:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("00:00 to 00:00: all day"),
    )

    def definition(self) -> dict[str, Any]:
        told = super().definition()
        return told | {name: f"{told[name]:%H:%M}" for name in ("begins", "ends")}


class MemberDayForm(ConditionForm):
    kind, title, icon = "member_day", _("Member day"), "calendar-star"

    days_of_month = NumbersField(label=_("Days of each month"), help_text=_("8, 18; -1 is the last day"))
    dates = WordsField(label=_("Days of the calendar"), help_text="2026-06-18, 2026-11-11")

    def clean_dates(self) -> list[str]:
        try:
            return [date.fromisoformat(day).isoformat() for day in self.cleaned_data["dates"]]
        except ValueError as error:
            raise forms.ValidationError(_("Days such as 2026-06-18"), code="dates") from error


KINDS: dict[str, type[ConditionForm]] = {
    form.kind: form
    for form in (
        AmountForm,
        ProductsForm,
        PlaceForm,
        TierForm,
        TagForm,
        AudienceForm,
        FirstTimeForm,
        BirthdayForm,
        HoursForm,
        MemberDayForm,
    )
}


def condition_forms(
    kinds: list[tuple[int, str]], posted: Any = None, stored: list[dict[str, Any]] | None = None, typed: Container[int] = ()
) -> Iterator[ConditionForm]:
    """A form for each condition, its prefix its number: of what was posted for the numbers in `typed`, or of what a definition holds."""
    for place, (number, kind) in enumerate(kinds):
        form, prefix = KINDS[kind], f"c{number}"
        initial = stored[place] if stored is not None else None
        yield form(posted, prefix=prefix) if number in typed else form(prefix=prefix, initial=initial)
