from django.apps import AppConfig


class Operate(AppConfig):
    name = "siyu.operate"
    label = "operate"
