"""Addresses of the ground's pages."""

from django.urls import path, register_converter

from .pages import account, alarms, audit, door, keys, organisation, settings, staff
from .pages.converters import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("login", door.log_in, name="login"),
    path("logout", door.log_out, name="logout"),
    path("preferences", door.preferences, name="preferences"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="account-password"),
    path("settings", settings.settings, name="settings"),
    path("settings/<str:name>", settings.set_setting, name="setting"),
    path("settings/<str:name>/<day:day>/withdraw", settings.withdraw_setting, name="setting-withdraw"),
    path("organisation", organisation.stores, name="stores"),
    path("organisation/stores/new", organisation.new_store, name="store-new"),
    path("organisation/stores/<int:pk>", organisation.edit_store, name="store"),
    path("organisation/stores/<int:pk>/archive", organisation.archive_store, name="store-archive"),
    path("organisation/stores/<int:pk>/restore", organisation.restore_store, name="store-restore"),
    path("organisation/regions", organisation.regions, name="regions"),
    path("organisation/regions/new", organisation.new_region, name="region-new"),
    path("organisation/regions/<int:pk>", organisation.edit_region, name="region"),
    path("organisation/regions/<int:pk>/archive", organisation.archive_region, name="region-archive"),
    path("organisation/regions/<int:pk>/restore", organisation.restore_region, name="region-restore"),
    path("organisation/shops", organisation.shops, name="shops"),
    path("organisation/shops/new", organisation.new_shop, name="shop-new"),
    path("organisation/shops/<int:pk>", organisation.edit_shop, name="shop"),
    path("organisation/shops/<int:pk>/archive", organisation.archive_shop, name="shop-archive"),
    path("organisation/shops/<int:pk>/restore", organisation.restore_shop, name="shop-restore"),
    path("staff", staff.people, name="staff"),
    path("staff/new", staff.new, name="staff-new"),
    path("staff/<int:pk>", staff.edit, name="staff-member"),
    path("staff/<int:pk>/archive", staff.archive, name="staff-archive"),
    path("staff/<int:pk>/restore", staff.restore, name="staff-restore"),
    path("staff/<int:pk>/password", staff.reset, name="staff-password"),
    path("keys", keys.keys, name="keys"),
    path("keys/new", keys.new, name="key-new"),
    path("keys/<int:pk>/revoke", keys.revoke, name="key-revoke"),
    path("audit", audit.audit, name="audit"),
    path("alarms", alarms.alarms, name="alarms"),
    path("alarms/<int:pk>/clear", alarms.clear, name="alarm-clear"),
]
