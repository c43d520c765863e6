from django.apps import AppConfig


class Console(AppConfig):
    name = "siyu.console"
    label = "console"
