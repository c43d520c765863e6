from django.apps import AppConfig


class Portal(AppConfig):
    name = "siyu.portal"
    label = "portal"
