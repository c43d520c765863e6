from django.apps import AppConfig


class Integrations(AppConfig):
    name = "siyu.integrations"
    label = "integrations"
