"""Tiers, and where members stand."""

from django.db import models


class Tier(models.Model):
    """A step of a track; versions as with earn rules."""

    track = models.TextField(default="growth")
    code = models.TextField()
    name = models.TextField()
    rank = models.IntegerField()
    threshold = models.BigIntegerField()  # growth from which on it is held
    multiplier = models.DecimalField(max_digits=6, decimal_places=3, default=1)
    version = models.IntegerField(default=1)
    from_day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "code", "version"], name="tier_version_once")]


class Standing(models.Model):
    """A member's tier on a track, since when and by which version; a pure function of growth, version and time."""

    member = models.ForeignKey("members.Member", models.CASCADE, db_index=False, db_constraint=False)
    track = models.TextField(default="growth")
    tier = models.TextField()
    growth = models.BigIntegerField()
    since = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "track"], name="standing_once")]
        indexes = [
            models.Index(fields=["tier", "member"], name="standing_by_tier"),
            models.Index(fields=["version", "member"], name="standing_by_version"),  # who has yet to be judged by a new version
        ]
