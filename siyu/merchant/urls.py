"""Addresses of the ground's pages."""

from django.urls import URLPattern, path, register_converter

from .pages import account, alarms, audit, door, keys, organisation, settings, staff
from .pages.converters import DayConverter
from .pages.places import NOUNS, STORE, Noun

register_converter(DayConverter, "day")


def _places(noun: Noun) -> list[URLPattern]:
    """The pages of one kind of place; the stores' list is where the menu leads."""
    word, root = noun.word, f"organisation/{noun.word}s"
    return [
        path("organisation" if noun is STORE else root, organisation.places, {"noun": noun}, name=f"{word}s"),
        path(f"{root}/new", organisation.new, {"noun": noun}, name=f"{word}-new"),
        path(f"{root}/<int:pk>", organisation.edit, {"noun": noun}, name=word),
        path(f"{root}/<int:pk>/archive", organisation.archive, {"noun": noun}, name=f"{word}-archive"),
        path(f"{root}/<int:pk>/restore", organisation.restore, {"noun": noun}, name=f"{word}-restore"),
    ]


urlpatterns = [
    path("login", door.log_in, name="login"),
    path("logout", door.log_out, name="logout"),
    path("preferences", door.preferences, name="preferences"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="account-password"),
    path("settings", settings.settings, name="settings"),
    path("settings/<str:name>", settings.set_setting, name="setting"),
    path("settings/<str:name>/<day:day>/withdraw", settings.withdraw_setting, name="setting-withdraw"),
    *(address for noun in NOUNS for address in _places(noun)),
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
