"""Earn rules and their drafts, what was used of their caps and budgets, what waits for approval; and paying with points."""

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


class BudgetUse(models.Model):
    """How much a rule with a budget gave to everybody on a business day, less what reversals gave back to the budget."""

    pk = models.CompositePrimaryKey("rule_code", "business_day")
    rule_code = models.TextField()
    business_day = models.DateField()
    points = models.BigIntegerField(default=0)


class Draft(models.Model):
    """A rule being written: it may be incomplete, and is gone when it is published."""

    code = models.TextField(unique=True)
    name = models.TextField()
    definition = models.JSONField()
    updated_by = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_rule_draft"


class Approval(models.Model):
    """An earning above what its rule gives without a person: the lot waits as pending until somebody decides."""

    lot = models.OneToOneField("loyalty.Lot", models.PROTECT, related_name="+", db_constraint=False)
    rule = models.ForeignKey(EarnRule, models.PROTECT, db_index=False, db_constraint=False)
    amount = models.BigIntegerField()
    earned_at = models.DateTimeField()
    state = models.TextField(default="waiting")  # waiting · approved · rejected
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    because = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["earned_at", "id"], condition=models.Q(state="waiting"), name="approval_waiting")]


class PaymentTerms(models.Model):
    """A version of the terms on which points pay: what one is worth, how many may be used. Versions are never changed."""

    version = models.IntegerField(unique=True)
    definition = models.JSONField()  # see loyalty.rules.payment.Terms
    from_day = models.DateField()
    created_by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_payment_terms"


class PointsPayment(models.Model):
    """Points held for an order, and what they are worth in it: captured when it is paid, freed when it is closed, given back by refunds."""

    shop = models.TextField()
    order_number = models.TextField()
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    hold_key = models.TextField(unique=True)
    points = models.BigIntegerField()
    worth_minor = models.BigIntegerField()
    terms_version = models.IntegerField()
    state = models.TextField(default="held")  # held · captured · void
    given_back = models.BigIntegerField(default=0)  # points that refunds returned
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loyalty_points_payment"
        constraints = [models.UniqueConstraint(fields=["shop", "order_number"], name="points_payment_once")]
