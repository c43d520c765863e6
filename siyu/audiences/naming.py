"""Names of audiences and lists by number, for rules told in words."""

from .models import Audience, List


def names() -> dict[int, str]:
    """Names of all audiences by number, archived ones too."""
    return dict(Audience.objects.values_list("pk", "name"))


def list_names() -> dict[int, str]:
    """Names of all lists by number, archived ones too."""
    return dict(List.objects.values_list("pk", "name"))
