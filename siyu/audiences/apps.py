"""Audiences: rules, who is in them, and when time alone changes that."""

from django.apps import AppConfig


class Audiences(AppConfig):
    name = "siyu.audiences"
    label = "audiences"
