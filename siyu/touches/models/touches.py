"""The outbox and what became of it: every touch that was wanted, sent or not, with its reason."""

from django.db import models

# a touch in one of these fills frequency caps
COUNTED = ("reserved", "sending", "sent", "unknown", "asked")


class Touch(models.Model):
    """A touch somebody wanted. `origin` is whom it was wanted for; a merge only moves `member`.

    reserved → sending → sent · refused · failed · unknown; asked: staff are to confirm it; control: left out on purpose.
    """

    id = models.UUIDField(primary_key=True)  # the provider's idempotency key; begins with the time, so that its index grows at one end
    key = models.TextField()  # one wish, one touch: "send:12:3 member:77", "journey:5 step:mail …"
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    medium = models.TextField()
    purpose = models.TextField()
    template = models.ForeignKey("touches.Template", models.PROTECT, db_index=False, db_constraint=False)
    values = models.JSONField(default=dict)  # what the sender adds to the member's own words; nothing personal
    source = models.TextField()  # what wanted it: "send:12", "journey:5"
    arm = models.TextField(default="")
    priority = models.SmallIntegerField(default=0)
    status = models.TextField()
    why = models.TextField(default="")  # touches.rules.gate.Why, or the provider's code
    detail = models.TextField(default="")
    wanted_at = models.DateTimeField()
    at = models.DateTimeField(null=True)  # when it is to go, or went; null when it was refused at once
    until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)  # of what staff confirm: when it became a task
    sent_at = models.DateTimeField(null=True)
    receipt = models.TextField(default="")  # the provider's number
    delivered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="touch_once")]  # `unique` would add a second index, for LIKE
        indexes = [
            models.Index(fields=["medium", "at"], condition=models.Q(status="reserved"), name="touch_due"),
            models.Index(fields=["claimed_at"], condition=models.Q(status="sending"), name="touch_being_sent"),
            models.Index(fields=["at"], condition=models.Q(status="asked", claimed_at=None), name="touch_asked"),
            models.Index(fields=["member", "at"], condition=models.Q(status__in=COUNTED), name="touch_fills_caps"),
            models.Index(fields=["member", "created_at"], name="touch_of_member"),
            models.Index(fields=["source", "status"], name="touch_of_source"),
            models.Index(fields=["-wanted_at", "-id"], name="touch_newest"),
            models.Index(fields=["receipt"], condition=~models.Q(receipt=""), name="touch_of_receipt"),
            models.Index(fields=["medium", "sent_at"], condition=models.Q(sent_at__isnull=False), name="touch_sent"),
        ]


class Link(models.Model):
    """An address in a touch, under a token of its own: who follows it clicked."""

    token = models.TextField(primary_key=True)
    touch = models.ForeignKey(Touch, models.CASCADE, db_constraint=False)
    url = models.TextField()
    clicks = models.IntegerField(default=0)


class InboxMessage(models.Model):
    """A message in the member centre, as it was written for this member."""

    touch = models.OneToOneField(Touch, models.CASCADE, primary_key=True, db_constraint=False)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    words = models.BinaryField()  # the rendered variant, encrypted: it may call the member by name
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["member", "at"], name="inbox_of_member")]
