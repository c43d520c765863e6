from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Integrations(AppConfig):
    name = "siyu.integrations"
    label = "integrations"

    def ready(self) -> None:
        from .reach import named

        try:
            named(tuple(settings.REACHABLE))
        except ValueError as error:
            raise ImproperlyConfigured(f"SIYU_REACHABLE: {error}") from error
