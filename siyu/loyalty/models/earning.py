"""Earn rules, and what was used of their caps."""

from django.db import models


class EarnRule(models.Model):
    """A version of an earn rule: versions are never changed, a new one begins on its day."""

    code = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    definition = models.JSONField()  # see loyalty.rules.EarnRule
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="earn_rule_version_once")]


class CapUse(models.Model):
    """How much of a rule's cap was used on a business day, by the member it was earned as.

    Rows never move: a survivor has used what it and all that it absorbed have used, so a merge re-opens no cap.
    """

    pk = models.CompositePrimaryKey("origin_id", "rule_code", "business_day")
    origin_id = models.BigIntegerField()
    rule_code = models.TextField()
    business_day = models.DateField()
    points = models.BigIntegerField(default=0)
    times = models.IntegerField(default=0)
