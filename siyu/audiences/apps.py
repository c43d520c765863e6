from django.apps import AppConfig


class Audiences(AppConfig):
    name = "siyu.audiences"
    label = "audiences"
