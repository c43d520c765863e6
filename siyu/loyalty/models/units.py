"""Units of value, in dated versions; and the seals of the ledger."""

from django.db import models


class Seal(models.Model):
    """A block of entries, sealed: the hash of the entries and of the seal before, so that a changed entry breaks the chain."""

    from_id = models.BigIntegerField(unique=True)
    to_id = models.BigIntegerField(unique=True)
    entries = models.IntegerField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()


class Unit(models.Model):
    """A version of a unit of value: versions are never changed, a new one begins on its day."""

    code = models.TextField()
    version = models.IntegerField()
    kind = models.TextField()  # points · growth · stored · quota · budget
    name = models.TextField()
    terms = models.JSONField()  # see loyalty.rules.units
    from_day = models.DateField()
    created_by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="unit_version_once")]
