"""One-off sends: to whom, what in which arm, when; and every head of the audience as it stood at the start."""

from django.db import models


class Send(models.Model):
    """draft → scheduled → running ⇄ paused → done; cancelled from any of them but done."""

    name = models.TextField()
    audience_id = models.BigIntegerField()
    audience_name = models.TextField()
    status = models.TextField(default="draft")
    salt = models.TextField()  # by which arms and the control group are drawn
    control_share = models.IntegerField(default=0)  # of 10,000 of those who may be touched
    per_hour = models.IntegerField(null=True)  # at most so many touches are asked for in an hour
    priority = models.SmallIntegerField(default=0)
    until = models.DateTimeField(null=True)  # what has not gone by then does not go
    window_days = models.SmallIntegerField(default=7)  # who buys so many days from the touch on is counted
    created_by = models.TextField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    size = models.IntegerField(default=0)  # heads of the audience at the start
    hour_from = models.DateTimeField(null=True)  # the running hour of the throttle
    hour_count = models.IntegerField(default=0)  # asked for in it

    class Meta:
        indexes = [
            models.Index(fields=["status"], condition=models.Q(status__in=["scheduled", "running"]), name="send_under_way"),
            models.Index(fields=["-created_at", "-id"], name="send_newest"),
        ]


class Arm(models.Model):
    """One of up to four ways of a send: what is said, and when. `walked_to` is the last member that was asked for."""

    send = models.ForeignKey(Send, models.CASCADE, related_name="arms", db_index=False)
    number = models.SmallIntegerField()
    template = models.ForeignKey("touches.Template", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    weight = models.IntegerField()  # of 10,000; all arms together are 10,000
    at = models.DateTimeField()
    walked_to = models.BigIntegerField(default=0)
    is_walked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["send", "number"], name="arm_number_once")]


class Head(models.Model):
    """A member of the audience when the send began, and the arm that the member fell into. Merges do not move it: it is a count."""

    pk = models.CompositePrimaryKey("send_id", "arm", "member_id")
    send_id = models.BigIntegerField()
    arm = models.SmallIntegerField()
    member_id = models.BigIntegerField()

    class Meta:
        db_table = "touches_head"
