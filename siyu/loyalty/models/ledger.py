"""The value ledger: accounts, lots, entries, and the orders that value was earned by.

Every entry moves an amount of one unit between two buckets of one account: the member's `pending`, `available`,
`held`, `spent`, `expired`, `revoked`, `debt`, or the programme's `issued`. Both sides stand in one row, so entries
always sum to zero. An account belongs to the member it was opened for (`origin`); a merge only moves its owner.
"""

from django.db import models


class Account(models.Model):
    """Balances of one unit (points, growth) for one member; the sums of its entries."""

    unit = models.TextField()
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    pending = models.BigIntegerField(default=0)
    available = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)
    revoked = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)  # what the member owes, never negative
    active_until = models.DateTimeField(null=True)  # lots that slide with activity end here

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "unit"], name="account_once"),
            models.CheckConstraint(
                condition=models.Q(pending__gte=0, available__gte=0, held__gte=0, debt__gte=0), name="account_not_negative"
            ),
        ]
        indexes = [  # what ends by inactivity
            models.Index(fields=["active_until"], condition=models.Q(active_until__isnull=False), name="account_sliding")
        ]


class Purchase(models.Model):
    """What the programme knows of an order: paid on what amount, refunded how far, received when; facts come in any order."""

    shop = models.TextField()  # shop code
    order_number = models.TextField()
    paid_at = models.DateTimeField(null=True)  # null: a refund or a receipt came before its order
    base_minor = models.BigIntegerField(default=0)  # what was paid: a refund's proportion is taken of it
    refunded_minor = models.BigIntegerField(default=0)
    refunds = models.JSONField(default=list)  # the shop's numbers of refunds that were counted: each counts once
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # cancelled: everything it earned is reversed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "order_number"], name="purchase_once")]


class Lot(models.Model):
    """Value earned together: what is left, when it becomes available, when it expires, and what it was earned for.

    amount = remaining + held + expired + (reversed from this lot) + (spent from this lot).
    """

    key = models.UUIDField()  # the key of the entry that earned it
    account = models.ForeignKey(Account, models.PROTECT, db_index=False, db_constraint=False)
    unit = models.TextField()
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    held = models.BigIntegerField(default=0)  # reserved by open holds
    reversed = models.BigIntegerField(default=0)  # taken back by refunds so far, from wherever it was
    waived = models.BigIntegerField(default=0)  # what refunds should have taken back and the unit's policy let go
    expired = models.BigIntegerField(default=0)
    is_pending = models.BooleanField()
    available_at = models.DateTimeField(null=True)  # null while it waits for a fact (receipt)
    expires_at = models.DateTimeField(null=True)
    is_sliding = models.BooleanField(default=False)  # ends with its account's `active_until`
    priority = models.SmallIntegerField(default=0)
    earned_at = models.DateTimeField()
    purchase = models.ForeignKey(Purchase, models.PROTECT, null=True, db_index=False, db_constraint=False)
    rule = models.ForeignKey("loyalty.EarnRule", models.PROTECT, null=True, db_index=False, db_constraint=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0, expired__gte=0, reversed__gte=0)
                & models.Q(remaining__lte=models.F("amount") - models.F("expired"))
                & models.Q(reversed__lte=models.F("amount")),
                name="lot_remaining_in_range",
            )
        ]
        indexes = [
            models.Index(fields=["account", "expires_at", "id"], condition=models.Q(remaining__gt=0), name="lot_spendable"),
            models.Index(fields=["purchase"], condition=models.Q(purchase__isnull=False), name="lot_of_purchase"),
            models.Index(
                fields=["available_at"],
                condition=models.Q(is_pending=True, remaining__gt=0, available_at__isnull=False),
                name="lot_maturing",
            ),
            models.Index(fields=["expires_at"], condition=models.Q(remaining__gt=0, expires_at__isnull=False), name="lot_expiring"),
        ]


class Entry(models.Model):
    """One movement of value, append-only: what, how much, from where to where, and why."""

    account = models.ForeignKey(Account, models.PROTECT, db_index=False, db_constraint=False)
    unit = models.TextField()
    debit = models.TextField()  # bucket the amount leaves: issued · pending · available …
    credit = models.TextField()  # bucket it reaches
    amount = models.BigIntegerField()
    kind = models.TextField()  # see loyalty.rules.kinds
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, db_index=False, db_constraint=False)
    fact_id = models.BigIntegerField(null=True)
    fact_occurred_at = models.DateTimeField(null=True)
    rule = models.ForeignKey("loyalty.EarnRule", models.PROTECT, null=True, db_index=False, db_constraint=False)
    tier = models.TextField(default="")  # the tier held when it was earned
    multiplier = models.DecimalField(max_digits=6, decimal_places=3, default=1)  # of that tier, if the rule applies it
    posted_at = models.DateTimeField()
    business_day = models.DateField()
    operation = models.ForeignKey("loyalty.Operation", models.PROTECT, null=True, db_index=False, db_constraint=False)  # that asked for it
    of = models.ForeignKey(  # the spending or hold whose part this entry moves on, or returns
        "loyalty.Operation", models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    key = models.UUIDField(unique=True)  # idempotency: one key, one effect; begins with the day, so that its index grows at one end

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="entry_amount_positive")]
        indexes = [
            models.Index(fields=["account", "id"], name="entry_of_account"),  # the statement of a member
            # which lots paid a spending, and what of it went back
            models.Index(fields=["operation"], condition=models.Q(operation__isnull=False), name="entry_of_operation"),
            models.Index(fields=["of"], condition=models.Q(of__isnull=False), name="entry_moving_operation"),
        ]
