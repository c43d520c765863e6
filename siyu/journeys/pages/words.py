"""The words of terms: fields and choices of steps, triggers, entry, exits and the goal, as the panel shows them."""

from django.utils.translation import gettext_lazy as _

from siyu.lib.web.parts import Words
from siyu.lib.web.terms import Choices

LABELS: dict[str, Words] = {
    "fact": _("What happened"), "where": _("where"), "audience": _("Audience"), "edge": _("When a member"), "template": _("Template"),
    "priority": _("Priority"), "keep_hours": _("Give up after so many hours"), "days": _("Days"), "hours": _("Hours"),
    "minutes": _("Minutes"), "at": _("Time"), "weekdays": _("On these days only"), "ways": _("Ways"), "arms": _("Arms"),
    "any": _("The first of several"), "hold_out": _("Control group (not touched)"),
    "salt": _("Name of the draw"), "reward": _("Reward"), "tag": _("Tag"), "off": _("Take the tag off"), "trait": _("Trait"),
    "value": _("Value"), "journey": _("Journey"), "every": _("Comes"), "weekday": _("Day of the week"), "day": _("Day of the month"),
    "how": _("A member enters"), "by": _("For each value of the property"), "again_after_days": _("Not again for so many days"),
    "own": _("By the member's clock, where their zone is known"),
    "same": _("Only when this property is as in what let in"),
    "percent": _("Per cent of the rhythm"), "at_least": _("Days at least"), "at_most": _("Days at most"),
    "usual": _("Days when it is unknown"), "unit": _("Unit of value"), "moves": _("Moves"), "orders": _("Orders and refunds too"),
    "at_once": _("Several times at once"), "within_days": _("Within so many days of entering"), "ends": _("Reaching it ends the journey"),
}  # fmt: skip
DATE_LABELS: dict[str, Words] = {"trait": _("Date of the member"), "days": _("Days from it (before it: −)")}
UNTIL_LABELS: dict[str, Words] = {
    **DATE_LABELS, "property": _("Property of what let in"), "hours": _("Hours from it (before it: −)"),
    "at": _("Time of day (empty: as told with the date)"),
}  # fmt: skip
WAIT_LABELS: dict[str, Words] = {"days": _("At most, days")}

CHOICES: dict[str, Words] = {
    "entered": _("comes into it"), "left": _("leaves it"), "day": _("every day"), "week": _("every week"), "month": _("every month"),
    "granted": _("gained"), "spent": _("used up"), "returned": _("given back"), "taken_back": _("taken back"),
    "transferred": _("transferred"), "adjusted": _("corrected"),
    "once": _("once ever"), "many": _("every time"), "keyed": _("once for each value of a property"),
}  # fmt: skip
DATE_CHOICES: dict[str, Words] = {"once": _("on the day itself"), "year": _("every year")}
WEEKDAYS: Choices = (
    ("1", _("Monday")), ("2", _("Tuesday")), ("3", _("Wednesday")), ("4", _("Thursday")), ("5", _("Friday")), ("6", _("Saturday")),
    ("7", _("Sunday")),
)  # fmt: skip
WHATS: Choices = (
    ("audience", _("is in an audience")),
    ("rule", _("fits a rule")),
    ("where", _("came in by a fact whose properties fit")),
)
HOW: Words = _("What lets in")
AWAITS: Words = _("Waits for")
AWAITABLE: Choices = (("fact", _("Something happens")), ("audience", _("An audience is entered or left")))
AWAITED: Choices = (*AWAITABLE, ("any", _("The first of several")))
DATE_OF: Words = _("Date")
DATES: Choices = (("property", _("told by what let the member in")), ("trait", _("of the member")))
EXITS: dict[str, Words] = {"fact": _("Something happens"), "audience": _("An audience is entered or left")}
REWARDS: dict[str, Words] = {
    "points": _("Points"), "growth": _("Growth value"), "make_up_card": _("Make-up cards"), "badge": _("Badge"), "benefit": _("Benefit"),
    "gift": _("Gift"),
}  # fmt: skip
NUMBER_LABELS: dict[str, Words] = {
    "level": _("Level"), "days": _("For so many days (empty: without end)"), "times": _("So many times (empty: without limit)"),
    "quantity": _("Pieces"),
}  # fmt: skip

# what recipes ask, by the titles of their fields
ASKED: dict[str, Words] = {
    "points to give": _("Points to give"), "by": _("Sent by"), "at": _("Time"), "held out, of 10,000": _("Control group (not touched)"),
    "days": _("Days"), "days without an order": _("Days without an order"), "days before": _("Days before"),
    "once more, days before": _("Once more, days before"), "days between topics": _("Days between topics"),
    "at most one message in days": _("At most one message in so many days"),
    "at most one note in days": _("At most one note in so many days"),
    "ask the assistant too": _("Ask the assistant too"), "days at least": _("Days at least"), "days at most": _("Days at most"),
    "points at least": _("Points at least"), "day of the month": _("Day of the month"), "orders at least": _("Orders at least"),
    "orders at most": _("Orders at most"), "percent of the rhythm": _("Per cent of the rhythm"), "tiers": _("Tiers"),
    "days when unknown": _("Days when it is unknown"), "shares or reviews in 90 days": _("Shares or reviews in 90 days"),
}  # fmt: skip
MEDIA: Choices = (("inbox", _("Member centre inbox")), ("sms", _("SMS")), ("email", _("E-mail message")))
