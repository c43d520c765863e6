from django.apps import AppConfig


class Loyalty(AppConfig):
    name = "siyu.loyalty"
    label = "loyalty"
