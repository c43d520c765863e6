"""The simulated year, put together; and the days between the data set's end and now, so that today is not empty."""

from collections import defaultdict
from datetime import timedelta
from random import Random

from ..calendar import WEEK
from ..dataset import DataSet
from ..translate import Basket, Lines, order_properties
from .crowd import LEADS, VISITORS, add_lead, add_visitor
from .diary import Diary
from .people import Home, Person, live, person_of
from .shopping import surround

RETURNS = 0.9  # of the last week's baskets come again on the same weekday after the data set's end
ALL_HOUSEHOLDS = 2_469


def simulate(data: DataSet, orders: list[Basket], lines: Lines, diary: Diary) -> tuple[dict[int, Person], list[Home]]:
    """Fill the diary; returns the people by household, and whose customer everybody is."""
    orders_of: dict[int, list[Basket]] = defaultdict(list)
    for order in orders:
        orders_of[order.household].append(order)
    people = {household: person_of(household, orders_of[household], diary) for household in data.households}
    for person in people.values():
        live(person, diary)
    for order in orders:
        surround(order, people[order.household], lines, diary)
    for order in days_since(orders, diary):
        buy(order, people[order.household], lines, diary)
    share = len(data.households) / ALL_HOUSEHOLDS
    homes = [person.home for person in people.values()] + [add_lead(number, diary) for number in range(round(LEADS * share))]
    for number in range(round(VISITORS * share)):
        add_visitor(number, diary)
    return people, homes


def days_since(orders: list[Basket], diary: Diary) -> list[Basket]:
    """Simulated orders from the data set's end until now: most of its last week's, a week later, at another minute."""
    if not orders:
        return []
    last, since = orders[-1].day, []
    for order in orders:
        random = Random(f"since:{order.number}")
        if order.day > last - timedelta(days=WEEK) and random.random() < RETURNS:
            when = order.at + timedelta(days=WEEK, minutes=random.randint(-45, 45))
            day = when.astimezone(diary.zone).date()
            if last < day and when <= diary.until:
                since.append(order._replace(number=f"M{order.number}", at=when, day=day))
    return sorted(since, key=lambda order: order.at)


def buy(order: Basket, person: Person, lines: Lines, diary: Diary) -> None:
    """A simulated order is a fact of the simulation's source, with what surrounds it."""
    properties = order_properties(order, lines.of(order), diary.currency)
    diary.write("order.paid", order.at, person.handles, properties, key=f"order.paid:{order.shop}:{order.number}")
    surround(order, person, lines, diary)
