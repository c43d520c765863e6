"""Staff tasks 导购任务: touches that a person makes, and standing orders of such touches by day (SOP)."""

from django.db import models


class StaffTask(models.Model):
    """A touch that waits for a member's own assistant. Its place under the caps is kept until it is done, skipped or expired.

    open → done · skipped · expired · closed (the gate said no before anybody wrote).
    """

    touch = models.OneToOneField("touches.Touch", models.CASCADE, primary_key=True, db_constraint=False)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    assistant = models.ForeignKey("merchant.Staff", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    kind = models.TextField()  # what wanted it: send · sop · journey …
    due_at = models.DateTimeField()
    words = models.BinaryField(default=b"")  # what to say: the rendered variant, encrypted
    state = models.TextField(default="open")
    result = models.TextField(default="")  # what came of it, or why it was skipped: rules.tasks
    note = models.BinaryField(default=b"")  # in the assistant's own words, encrypted
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(default="")
    read_at = models.DateTimeField(null=True)  # when the member first opened it or followed a link of it: `opened_at` of its touch
    looked_at = models.DateTimeField(null=True)  # when its assistant saw that it was read

    class Meta:
        indexes = [
            models.Index(fields=["assistant", "state", "due_at"], name="task_of_assistant"),
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="task_due"),
            models.Index(fields=["member", "state"], name="task_of_member"),
            models.Index(fields=["opened_at"], name="task_opened"),
            models.Index(fields=["closed_at"], condition=models.Q(state="done"), name="task_done"),
            models.Index(fields=["-read_at", "-touch"], condition=models.Q(read_at__isnull=False), name="task_read"),
            models.Index(fields=["assistant", "-read_at"], condition=models.Q(read_at__isnull=False), name="task_read_of_assistant"),
        ]


class Sop(models.Model):
    """A version of a standing order: after such a fact, these tasks on these days. Versions never change; the newest starts people."""

    code = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    starts_on = models.TextField()  # a fact
    starts_where = models.JSONField(default=dict)  # a filter of its properties
    exits = models.JSONField(default=list)  # facts that end it: {"fact", "where"}
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="sop_version_once")]


class SopStep(models.Model):
    """What an assistant is to say on a day: day 1 is the day after the fact."""

    sop = models.ForeignKey(Sop, models.CASCADE, related_name="steps")
    day = models.SmallIntegerField()
    at = models.TimeField()  # on the merchant's clock
    keep_days = models.SmallIntegerField(default=1)  # the task may be done so many days from then on
    template_code = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sop", "day"], name="sop_day_once")]


class SopStand(models.Model):
    """A member's step of a standing order: waiting → wished · exited · late · doubled (of two merged members, the second)."""

    step = models.ForeignKey(SopStep, models.PROTECT, related_name="+", db_index=False)
    code = models.TextField()
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    day = models.SmallIntegerField()
    due_at = models.DateTimeField()
    state = models.TextField(default="waiting")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "origin", "day"], name="sop_step_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="sop_due"),
            models.Index(fields=["member", "code"], name="sop_of_member"),
        ]
