"""Moves of value that somebody asked for: operations, what is held for them, and corrections that wait for a second person."""

from django.db import models


class Operation(models.Model):
    """A move that somebody asked for, append-only: by whom, of what, why, and what was answered. One key, one effect.

    It is the audit of the moves of value: the application's role may add rows and read them, nothing else.
    """

    key = models.TextField(unique=True)  # the caller's
    body = models.UUIDField()  # hash of what was asked: the same key with another body is refused
    kind = models.TextField()  # grant · spend · hold · capture · void · give_back · take_back · transfer · adjust · extend · import
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)  # as it then was
    unit = models.TextField()
    amount = models.BigIntegerField()
    of = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+")  # what it returns to
    until = models.DateTimeField(null=True)  # of a hold: from here on it is void
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    because_kind = models.TextField()
    because_ref = models.TextField()
    because_words = models.TextField()
    at = models.DateTimeField()
    result = models.JSONField()  # what was answered, and is answered again

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="operation_amount_positive")]
        indexes = [models.Index(fields=["member", "-id"], name="operation_of_member")]


class Hold(models.Model):
    """What is held of one lot for a hold that is open; the row goes when nothing is left to capture or to free."""

    operation = models.ForeignKey(Operation, models.PROTECT, db_index=False, db_constraint=False)
    lot = models.ForeignKey("loyalty.Lot", models.PROTECT, db_index=False, db_constraint=False)
    account = models.ForeignKey("loyalty.Account", models.PROTECT, db_constraint=False)
    amount = models.BigIntegerField()
    until = models.DateTimeField()  # from this instant on it is free

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "lot"], name="hold_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="hold_amount_positive"),
        ]
        indexes = [models.Index(fields=["until"], name="hold_timing_out")]


class Adjustment(models.Model):
    """A correction by hand that waits for a second person, or was decided: asked for, then approved or rejected."""

    key = models.TextField(unique=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    unit = models.TextField()
    amount = models.BigIntegerField()  # signed
    words = models.TextField()  # why
    ref = models.TextField()
    expires_at = models.DateTimeField(null=True)
    validity = models.JSONField(default=dict)  # terms of what is given and ends at no instant told; empty: as long as the unit says
    asked_by_kind = models.TextField()
    asked_by_id = models.BigIntegerField(null=True)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    state = models.TextField(default="waiting")  # waiting · approved · rejected
    decided_by_id = models.BigIntegerField(null=True)
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(default="")  # why it was rejected

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="adjustment_moves_something")]
        indexes = [models.Index(fields=["asked_at"], condition=models.Q(state="waiting"), name="adjustment_waiting")]
