"""Channels, what they cost, and to which of them each arrival is owed."""

from django.db import models


class Channel(models.Model):
    """A source of people: marketplace, short video, article, ad, store, partner, staff."""

    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(default="other")  # acquisition.rules.KINDS
    created_by = models.TextField()  # "siyu" for one that a fact was the first to name
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class ChannelRule(models.Model):
    """Which UTM values mean a channel; the first rule by rank that matches wins. Empty matches anything."""

    channel = models.ForeignKey(Channel, models.CASCADE)
    rank = models.IntegerField()
    utm_source = models.TextField(default="")
    utm_medium = models.TextField(default="")
    utm_campaign = models.TextField(default="")


class Cost(models.Model):
    """What a channel cost over a period of whole days; spread evenly by cumulative rounding."""

    channel = models.ForeignKey(Channel, models.PROTECT)
    from_day = models.DateField()
    to_day = models.DateField()
    amount_minor = models.BigIntegerField()
    note = models.TextField(default="")
    entered_by = models.TextField()
    entered_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class Arrival(models.Model):
    """One attributed touch: a handle came through a channel (and code) at an instant."""

    identity = models.ForeignKey("members.Identity", models.CASCADE, db_constraint=False)
    channel = models.ForeignKey(Channel, models.PROTECT, db_index=False, db_constraint=False)
    code = models.TextField(default="")
    occurred_at = models.DateTimeField()
    message = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["channel", "occurred_at"], name="arrival_by_channel")]  # arrivals of a channel in a period


class Attribution(models.Model):
    """A member's first and last channel; ties of an instant are broken by message."""

    member = models.OneToOneField("members.Member", models.CASCADE, primary_key=True, db_constraint=False)
    first_channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    first_code = models.TextField(default="")
    first_at = models.DateTimeField()
    first_message = models.UUIDField()
    last_channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    last_code = models.TextField(default="")
    last_at = models.DateTimeField()
    last_message = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["first_channel", "first_at"], name="attribution_by_channel")]
