"""Reads the ground offers: settings in force, the organisation, keys, the audit, alarms."""

from .keys import KeyView, all_keys, find_key
from .organisation import one_staff, regions, shop_names, shops, staff, staff_names, store_names, stores
from .records import AuditFilter, audit_rows, cleared_alarms, one_alarm, open_alarms, walk_audit
from .settings import Dated, SettingsBook, SettingView, catalogue, setting_views, settings_book, today

__all__ = [
    "AuditFilter",
    "Dated",
    "KeyView",
    "SettingView",
    "SettingsBook",
    "all_keys",
    "audit_rows",
    "catalogue",
    "cleared_alarms",
    "find_key",
    "one_alarm",
    "one_staff",
    "open_alarms",
    "regions",
    "setting_views",
    "settings_book",
    "shop_names",
    "shops",
    "staff",
    "staff_names",
    "store_names",
    "stores",
    "today",
    "walk_audit",
]
