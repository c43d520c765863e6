from django.apps import AppConfig


class Facts(AppConfig):
    name = "siyu.facts"
    label = "facts"
