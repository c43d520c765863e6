"""Journeys: graphs that members walk, each at their own pace."""

from django.apps import AppConfig


class Journeys(AppConfig):
    name = "siyu.journeys"
    label = "journeys"
