"""Addresses of the channels' pages."""

from django.urls import path

from .pages import channels, costs, rules

urlpatterns = [
    path("channels", channels.channels, name="channels"),
    path("channels/new", channels.new_channel, name="channel-new"),
    path("channels/<int:pk>", channels.channel, name="channel"),
    path("channels/<int:pk>/edit", channels.edit_channel, name="channel-edit"),
    path("channels/<int:pk>/archive", channels.archive_channel, name="channel-archive"),
    path("channels/<int:pk>/restore", channels.restore_channel, name="channel-restore"),
    path("channels/costs", costs.costs, name="costs"),
    path("channels/costs/new", costs.new_cost, name="cost-new"),
    path("channels/costs/<int:pk>/archive", costs.archive_cost, name="cost-archive"),
    path("channels/rules", rules.rules, name="channel-rules"),
    path("channels/rules/new", rules.new_rule, name="channel-rule-new"),
    path("channels/rules/<int:pk>/remove", rules.remove_rule, name="channel-rule-remove"),
]
