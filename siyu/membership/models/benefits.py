"""Benefits: what a member may have, by which versions, and each use of it."""

from django.db import models


class Benefit(models.Model):
    """A version of a benefit: versions are never changed, a new one begins on its day."""

    code = models.TextField()
    version = models.IntegerField()
    kind = models.TextField()  # a file of membership/benefits
    name = models.TextField()
    definition = models.JSONField()  # see membership.rules.benefits.Definition
    from_day = models.DateField()
    until_day = models.DateField(null=True)  # the last day
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="benefit_version_once")]
