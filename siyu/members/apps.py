from django.apps import AppConfig


class Members(AppConfig):
    name = "siyu.members"
    label = "members"
