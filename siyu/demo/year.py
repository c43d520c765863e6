"""The demo's year as the replay lives it: for each business day the data set's facts and the simulated ones, in order."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from siyu.facts.rules import Incoming

from . import SIMULATION, SOURCE, translate
from .dataset import DataSet, read
from .simulation import Diary, simulate
from .simulation.people import Person


class Year:
    """All days of the demo. Made from three numbers and an instant only: every run of the same demo writes the same facts."""

    def __init__(self, weeks: int, until: datetime, zone: ZoneInfo, currency: str, households: int | None = None) -> None:
        self.zone = zone
        data = read(weeks, zone, households)
        orders = translate.baskets(data)
        self._lines = translate.Lines(data)
        self._currency = currency
        self._orders: dict[date, list[translate.Basket]] = defaultdict(list)
        for order in orders:
            self._orders[order.day].append(order)
        self._diary = Diary(orders[0].day, until, zone, currency)
        people, self.homes = simulate(data, orders, self._lines, self._diary)
        self._others = _by_day(data, orders, people, weeks, zone)
        first = min(day for day in (min(self._others), orders[0].day, self._diary.first_day()) if day)
        self.days = [first + timedelta(days=number) for number in range((self._diary.closing - first).days + 1)]
        self.facts = len(orders) + sum(map(len, self._others.values())) + self._diary.facts()

    def facts_of(self, day: date) -> list[tuple[str, list[Incoming]]]:
        """What each source says of a day: the data set first, so that a household is known before anything is simulated about it."""
        orders = [translate.order_fact(order, self._lines.of(order), self._currency) for order in self._orders[day]]
        said = sorted(self._others[day] + orders, key=lambda fact: fact.occurred_at)  # stable: who someone is comes before what they do
        return [(SOURCE, said), (SIMULATION, self._diary.of(day))]


def _by_day(
    data: DataSet, orders: list[translate.Basket], people: dict[int, Person], weeks: int, zone: ZoneInfo
) -> dict[date, list[Incoming]]:
    """Everything the data set says but orders; products stand at the opening, households where they are first heard of."""
    campaigns = list(translate.campaign_facts(data, weeks, zone))
    opening = min([orders[0].at, *(fact.occurred_at for fact in campaigns)])
    facts: list[Incoming] = [
        *translate.product_facts(data, opening),
        *translate.household_facts(data, _first_heard(people, campaigns)),
        *campaigns,
        *translate.redemption_facts(data, orders, weeks, zone),
    ]
    by_day: dict[date, list[Incoming]] = defaultdict(list)
    for fact in facts:
        by_day[fact.occurred_at.astimezone(zone).date()].append(fact)
    return by_day


def _first_heard(people: dict[int, Person], campaigns: list[Incoming]) -> dict[int, datetime]:
    first = {household: person.appeared_at for household, person in people.items()}
    for fact in campaigns:
        household = translate.household_of(fact.handles[0])
        first[household] = min(first[household], fact.occurred_at)
    return first


def batches(days: list[date], at_once: int) -> Iterator[list[date]]:
    """Runs of so many days; a replay that need not live each day on its own is faster in larger steps."""
    for start in range(0, len(days), at_once):
        yield days[start : start + at_once]
