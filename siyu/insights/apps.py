from django.apps import AppConfig


class Insights(AppConfig):
    name = "siyu.insights"
    label = "insights"
