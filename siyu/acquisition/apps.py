from django.apps import AppConfig


class Acquisition(AppConfig):
    name = "siyu.acquisition"
    label = "acquisition"
