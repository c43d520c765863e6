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


class BenefitGrant(models.Model):
    """A benefit given to one member beyond tier and plan: by hand, as a reward, or to try it. It stays with the member it was given to."""

    key = models.UUIDField(unique=True)
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)  # who the origin has become
    benefit = models.TextField()  # code
    source = models.TextField()  # hand · reward · trial
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)  # null: until it is taken back
    times = models.IntegerField(null=True)  # more uses per period; null: as the benefit says
    by = models.TextField()
    because = models.TextField()
    body = models.JSONField(default=dict)  # what was asked, to know its repetition
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.TextField(default="")
    told = models.IntegerField(default=0)  # 0 nothing · 1 that it was given · 2 that it ended
    due_at = models.DateTimeField(null=True)  # something is to be told: that it was given, or that it ended

    class Meta:
        indexes = [
            models.Index(fields=["origin"], name="benefit_grant_origin"),
            models.Index(fields=["benefit", "owner"], name="benefit_grant_of"),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="benefit_grant_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_at__isnull=True) | models.Q(until_at__gt=models.F("from_at")), name="benefit_grant_lasts"
            )
        ]


class BenefitUse(models.Model):
    """One use of a benefit: what it was worth to the member and what it costs the merchant, estimated when it happened."""

    key = models.UUIDField(unique=True)
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    benefit = models.TextField()
    version = models.IntegerField()
    quantity = models.IntegerField()
    returned = models.IntegerField(default=0)  # given back, of the quantity
    value_minor = models.BigIntegerField()  # saved by the member, of the whole quantity
    cost_minor = models.BigIntegerField()  # of the whole quantity
    is_booked = models.BooleanField(default=False)  # spent of a quota in the ledger
    used_at = models.DateTimeField()
    business_day = models.DateField()
    source = models.TextField()  # staff · api · member · fact
    by = models.TextField()
    ref = models.TextField(default="")  # the order, ticket or parcel it was used for
    because = models.TextField(default="")
    body = models.JSONField(default=dict)  # what was asked, to know its repetition
    returns = models.JSONField(default=dict)  # key → quantity given back by it
    is_told = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "benefit", "business_day"], name="benefit_use_of_period"),
            models.Index(fields=["business_day", "benefit"], name="benefit_use_by_day"),
            models.Index(fields=["origin"], name="benefit_use_origin"),
            models.Index(fields=["used_at"], condition=models.Q(is_told=False), name="benefit_use_untold"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    quantity__gt=0, returned__gte=0, returned__lte=models.F("quantity"), value_minor__gte=0, cost_minor__gte=0
                ),
                name="benefit_use_in_range",
            )
        ]
