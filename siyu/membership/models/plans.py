"""Paid membership: plans in versions, what happened to each member's, and where it stands by the fold of membership.rules.plans."""

from django.db import models


class Plan(models.Model):
    """A version of a plan: versions are never changed, a new one is sold from its day on."""

    code = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    definition = models.JSONField()  # see membership.rules.plans.PlanTerms
    from_day = models.DateField()
    until_day = models.DateField(null=True)  # the last day on which it is sold
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="plan_version_once")]


class PlanEvent(models.Model):
    """What happened to a paid membership, append-only: paid, cancelled, resumed, refunded. It stays with the member of its moment."""

    key = models.UUIDField(unique=True)  # idempotency: one key, one effect
    kind = models.TextField()  # pay · cancel · resume · refund
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)  # as it was then
    at = models.DateTimeField()  # the clock it counts from
    after_merge = models.BigIntegerField(default=0)  # the last merge that had happened: orders what one instant holds
    plan = models.TextField(default="")
    version = models.IntegerField(default=0)
    is_trial = models.BooleanField(default=False)
    amount_minor = models.BigIntegerField(default=0)
    paid_at = models.DateTimeField(null=True)
    auto_renew = models.BooleanField(default=False)
    of = models.UUIDField(null=True)  # the payment that a refund returns
    ends = models.BooleanField(default=False)
    shop = models.TextField(default="")
    order_number = models.TextField(default="")
    sku = models.TextField(default="")
    order_minor = models.BigIntegerField(default=0)  # of the whole order, or of the whole refund: proportions are taken of it
    by = models.TextField()
    because = models.TextField(default="")
    body = models.JSONField(default=dict)  # what a service was asked, to know its repetition
    is_told = models.BooleanField(default=True)  # false: the pump has yet to tell what it moved

    class Meta:
        indexes = [
            models.Index(fields=["shop", "order_number"], condition=~models.Q(order_number=""), name="plan_event_of_order"),
        ]


class EarlyRefund(models.Model):
    """A refund of an order that had bought no plan when the refund came: it may have come before its order."""

    shop = models.TextField()
    order_number = models.TextField()
    number = models.TextField()  # the shop's number of the refund, or the message's
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "order_number", "number"], name="early_refund_once")]


class PlanTerm(models.Model):
    """Days that a payment covers and the money earned over them, as the fold lays them out for the member who owns them now."""

    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    payment = models.UUIDField()  # key of the event
    plan = models.TextField()
    version = models.IntegerField()
    kind = models.TextField()  # paid · trial · kept · reversal
    from_day = models.DateField()
    to_day = models.DateField()  # the day after the last
    amount_minor = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["from_day", "to_day"], name="plan_term_days")]  # income of a month


class Subscription(models.Model):
    """Where a member's paid membership stands: what the fold said when it was last asked."""

    owner = models.OneToOneField("members.Member", models.PROTECT, primary_key=True, related_name="+", db_constraint=False)
    plan = models.TextField()
    version = models.IntegerField()
    state = models.TextField()  # trial · active · cancelled · grace · ended
    since = models.DateField(null=True)
    until = models.DateField(null=True)  # the day after the last that is paid for
    ended_on = models.DateField(null=True)
    auto_renew = models.BooleanField(default=False)
    payments = models.IntegerField()
    paid_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    told_at = models.DateTimeField()  # moves of time up to here were told
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "owner"], condition=models.Q(due_at__isnull=False), name="subscription_due"),
            models.Index(fields=["plan", "state", "owner"], name="subscription_by_plan"),
        ]
