from django.apps import AppConfig


class Membership(AppConfig):
    name = "siyu.membership"
    label = "membership"
