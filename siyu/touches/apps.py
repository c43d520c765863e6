from django.apps import AppConfig


class Touches(AppConfig):
    name = "siyu.touches"
    label = "touches"
