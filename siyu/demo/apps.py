from django.apps import AppConfig


class Demo(AppConfig):
    name = "siyu.demo"
    label = "demo"
