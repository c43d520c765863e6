"""The merchant of the demo, made through the services a merchant's own staff would use: settings, places, people, channels, costs."""

from datetime import date, datetime
from typing import NamedTuple

from siyu.acquisition.services import add_rule, create_channel, enter_cost
from siyu.facts.services import source_id
from siyu.loyalty.services import install_default_programme
from siyu.merchant.queries import staff
from siyu.merchant.rules import SYSTEM, Role
from siyu.merchant.services import (
    change_shop,
    change_store,
    create_region,
    create_staff,
    ensure_shops,
    ensure_stores,
    reset_password,
    set_setting,
)

from . import BADGES, SIMULATION, TITLES
from .calendar import months
from .channels import CHANNELS
from .stores import SHOPS, STORES, assistants_of, manager_of, staff_name

NAME = "邻里优选超市(演示)"
CURRENCY = "USD"  # as in the data
ADDRESS = "http://127.0.0.1:8000"  # where `siyu demo` serves, unless it is asked for another port
COMMISSION = 100  # of 10,000
OWNER = "owner"
ROLES = {  # one account per role; the manager and the assistant of the first store are among its staff
    "operator": Role.OPERATOR,
    "analyst": Role.ANALYST,
    "service": Role.CUSTOMER_SERVICE,
    "finance": Role.FINANCE,
    manager_of(STORES[0].code): Role.STORE_MANAGER,
    assistants_of(STORES[0].code)[0]: Role.SHOP_ASSISTANT,
}


class LogIn(NamedTuple):
    """An account of the demo; its password is shown once."""

    username: str
    password: str
    role: str


def open_company(first_day: date, opening: date, today: date, now: datetime) -> None:
    """Make the merchant: settings and programme from `first_day`, costs from `opening` to `today`. Part of a transaction."""
    set_setting(SYSTEM, "merchant.name", NAME, first_day, initial=True, now=now)
    set_setting(SYSTEM, "merchant.currency", CURRENCY, first_day, initial=True, now=now)
    set_setting(SYSTEM, "touches.address", ADDRESS, first_day, initial=True, now=now)
    set_setting(SYSTEM, "touches.commission_rate", COMMISSION, first_day, initial=True, now=now)
    for source, badge in BADGES.items():
        source_id(source, title=TITLES[source], badge=badge)
    _name_shops()
    stores = _open_stores()
    _open_channels(opening, today, now)
    install_default_programme(SYSTEM, first_day, now=now)
    _hire(stores)


def _name_shops() -> None:
    ids = ensure_shops(code for code, _, _ in SHOPS)
    for code, name, kind in SHOPS:
        change_shop(SYSTEM, ids[code], name, kind)


def _open_stores() -> dict[str, int]:
    ids = ensure_stores(store.code for store in STORES)
    regions = {name: create_region(SYSTEM, name) for name in dict.fromkeys(store.region for store in STORES)}
    for store in STORES:
        change_store(SYSTEM, ids[store.code], store.name, regions[store.region])
    return ids


def _hire(stores: dict[str, int]) -> None:
    """Managers and assistants of every store, and the office; nobody can log in until the demo has reached its end."""
    for username, role in ROLES.items():
        if role not in (Role.STORE_MANAGER, Role.SHOP_ASSISTANT):
            create_staff(SYSTEM, username, staff_name(username), role, may_log_in=False)
    for store in STORES:
        posts = [(manager_of(store.code), Role.STORE_MANAGER), *((name, Role.SHOP_ASSISTANT) for name in assistants_of(store.code))]
        for username, role in posts:
            create_staff(SYSTEM, username, staff_name(username), role, store_id=stores[store.code], may_log_in=False)


def give_log_ins() -> list[LogIn]:
    """New passwords for one account of each role, to be shown once; the owner is made with them, unless there is one."""
    ids = {member.username: member.id for member in staff()}
    log_ins = [LogIn(username, reset_password(SYSTEM, ids[username]), role) for username, role in ROLES.items()]
    if OWNER not in ids:
        log_ins.insert(0, LogIn(OWNER, create_staff(SYSTEM, OWNER, staff_name(OWNER), Role.OWNER).password, Role.OWNER))
    return log_ins


def _open_channels(opening: date, today: date, now: datetime) -> None:
    """The channels, what visits mean them, and what each cost month by month."""
    for rank, channel in enumerate(CHANNELS):
        channel_id = create_channel(SYSTEM, channel.code, channel.name, channel.kind, now=now)
        if channel.utm_source:
            add_rule(SYSTEM, channel_id, rank, source=channel.utm_source)
        for begin, end in months(opening, today):
            days = (end - begin).days + 1
            enter_cost(SYSTEM, channel_id, begin, end, channel.monthly_minor * days // 30, BADGES[SIMULATION], now=now)
