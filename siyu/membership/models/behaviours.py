"""What members do: check-ins and their ladder, tasks and their completion.

Rows of a deed carry the handle; rows of something given carry `origin` (the member it was given to) and `owner` (who that is now).
"""

from django.db import models


class CheckInVersion(models.Model):
    """A version of the check-in: its ladder and what a make-up costs. Versions are never changed, a new one begins on its day."""

    version = models.IntegerField(unique=True)
    definition = models.JSONField()  # see membership.rules.check_in.Programme
    from_day = models.DateField()
    created_by = models.TextField()
    created_at = models.DateTimeField()


class CheckIn(models.Model):
    """A business day on which a handle's person checked in, or which they made up later."""

    identity = models.ForeignKey("members.Identity", models.PROTECT, db_index=False, db_constraint=False)
    day = models.DateField()
    at = models.DateTimeField()
    is_made_up = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "day"], name="check_in_once")]
        indexes = [models.Index(fields=["day", "identity"], name="check_in_of_day")]  # the calendar's figures, leaderboards


class LadderGift(models.Model):
    """A step of the ladder that was given: on the day on which the run had that length."""

    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    day = models.DateField()
    streak = models.IntegerField()
    version = models.IntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "day", "streak"], name="ladder_gift_once")]


class Task(models.Model):
    """A version of a task. `since` is the day on which its first version began; what counts is never older."""

    code = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    description = models.TextField(default="")
    definition = models.JSONField()  # see membership.rules.tasks.Task
    counter_id = models.BigIntegerField()  # of facts: name and filter
    since = models.DateField()
    from_day = models.DateField()
    until_day = models.DateField(null=True)  # the last day
    sort = models.IntegerField(default=0)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="task_version_once")]


class TaskOrder(models.Model):
    """An order that counts toward a task until all of it is refunded; without a day it is not paid yet."""

    task = models.TextField()  # code
    shop = models.TextField()
    number = models.TextField()
    identity = models.ForeignKey("members.Identity", models.PROTECT, null=True, db_index=False, db_constraint=False)
    day = models.DateField(null=True)
    amount_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "shop", "number"], name="task_order_once")]
        indexes = [models.Index(fields=["identity", "task"], name="task_order_of_handle")]


class Completion(models.Model):
    """A step of a task that a member completed in a period; `claimed_at` says when its reward was given."""

    task = models.TextField()  # code
    version = models.IntegerField()
    start = models.DateField()  # of the period
    step = models.IntegerField()  # from 0
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    completed_at = models.DateTimeField()
    completed_day = models.DateField()
    claim_until = models.DateField(null=True)  # the last day
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "start", "step", "origin"], name="completion_once")]
        indexes = [models.Index(fields=["task", "completed_day"], name="completion_of_task")]
