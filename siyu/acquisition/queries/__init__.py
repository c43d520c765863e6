"""Reads about channels: what each brought, what it cost, and to which of them a member is owed."""

from .channels import all_rules, channel_names, channels, costs, costs_of, latest_costs, one_channel, one_cost, one_rule, rules_of
from .figures import (
    ChannelFigures,
    CodeFigures,
    MemberChannels,
    arrivals_by_day,
    attribution_of,
    channel_figures,
    codes_of_channel,
)

__all__ = [
    "ChannelFigures",
    "CodeFigures",
    "MemberChannels",
    "all_rules",
    "arrivals_by_day",
    "attribution_of",
    "channel_figures",
    "channel_names",
    "channels",
    "codes_of_channel",
    "costs",
    "costs_of",
    "latest_costs",
    "one_channel",
    "one_cost",
    "one_rule",
    "rules_of",
]
