from django.apps import AppConfig


class Orders(AppConfig):
    name = "siyu.orders"
    label = "orders"
