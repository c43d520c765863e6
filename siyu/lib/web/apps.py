from django.apps import AppConfig


class Web(AppConfig):
    name = "siyu.lib.web"
    label = "web"
