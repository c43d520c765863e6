from django.apps import AppConfig


class Merchant(AppConfig):
    name = "siyu.merchant"
    label = "merchant"
