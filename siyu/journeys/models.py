"""Journeys, their versions, and who walks where. Services write journeys; only the pump moves whoever is under way."""

from django.db import models

WAITING = models.Q(status="waiting")


class Journey(models.Model):
    """A graph with a name: one draft, and numbered versions. `number` is the version in force (0: none was published yet)."""

    code = models.TextField(unique=True)
    name = models.TextField()
    state = models.TextField(default="draft")  # draft · live · paused · archived
    number = models.IntegerField(default=0)
    draft = models.JSONField(default=dict)
    revision = models.IntegerField(default=1)  # of the draft: counts how often it was saved
    alarm_at = models.DateTimeField(null=True)  # when its schedule next lets members in
    created_by = models.TextField()
    created_at = models.DateTimeField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class Version(models.Model):
    """A definition as it was published; never changed."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    definition = models.JSONField()
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "number"], name="journey_version_once")]


class Enrolment(models.Model):
    """A member in a journey. `origin` is who entered, `owner` who that is now; they stand at `step` and, at `due_at`, go by `way`.

    Without a `way` the step is yet to be taken. waiting → done · left · failed; joined: a merge made it one with the survivor's.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    key = models.TextField()  # what lets a member in once: nothing, a property's value, the fact that let it in
    step = models.TextField()
    way = models.TextField(default="")
    hop = models.IntegerField(default=0)  # steps left behind
    since = models.DateTimeField()  # at the step
    due_at = models.DateTimeField(null=True)
    status = models.TextField(default="waiting")
    why = models.TextField(default="")  # of an end: done, exit, goal …; of a failure: its code
    detail = models.TextField(default="")
    properties = models.JSONField(default=dict)  # of what let it in
    arm = models.TextField(default="")  # of the last split
    is_held_out = models.BooleanField(default=False)  # walks in a control arm: what it would have got is only recorded
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    goal_at = models.DateTimeField(null=True)
    goal_until = models.DateTimeField(null=True)  # how long the goal is watched for; null when it was reached, or there is none

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "origin", "key"], name="enrolment_once")]
        indexes = [
            models.Index(fields=["owner", "journey", "key"], name="enrolment_of_member"),
            models.Index(fields=["journey", "due_at"], condition=WAITING & models.Q(due_at__isnull=False), name="enrolment_due"),
            models.Index(fields=["version", "step"], condition=WAITING, name="enrolment_at_step"),
            models.Index(fields=["journey", "-id"], name="enrolment_newest"),
            models.Index(fields=["journey", "id"], condition=models.Q(status="failed"), name="enrolment_failed"),
        ]


class Passage(models.Model):
    """An enrolment left a step by a way: at an instant, because of a fact or of time."""

    pk = models.CompositePrimaryKey("enrolment_id", "hop")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    hop = models.IntegerField()
    version_id = models.BigIntegerField()
    step = models.TextField()
    way = models.TextField()
    at = models.DateTimeField()
    fact_id = models.BigIntegerField(null=True)
    fact_at = models.DateTimeField(null=True)  # with the number, the key of the log


class Count(models.Model):
    """How many passed a way of a step on a business day. Without a step: entered, done, left, goal, and how many
    more were moved to this version than from it."""

    pk = models.CompositePrimaryKey("version_id", "step", "way", "business_day")
    version = models.ForeignKey(Version, models.CASCADE, db_index=False, related_name="+")
    step = models.TextField()
    way = models.TextField()
    business_day = models.DateField()
    passed = models.BigIntegerField()


class Arrival(models.Model):
    """A member whom a schedule lets in: many at once wait here and are taken set by set."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    member = models.ForeignKey("members.Member", models.CASCADE, db_constraint=False, related_name="+")
    key = models.TextField()
    at = models.DateTimeField()


class Joining(models.Model):
    """A merge whose enrolments the pump has yet to carry over."""

    survivor_id = models.BigIntegerField()
    loser_id = models.BigIntegerField()


class Call(models.Model):
    """A program's call, by its key: made once."""

    key = models.TextField(primary_key=True)
    digest = models.TextField()  # of what was said
    called_at = models.DateTimeField()


class KeptRehearsal(models.Model):
    """The newest rehearsal of a journey's draft: asked for on a page, walked by the worker, shown until the next one."""

    journey = models.OneToOneField(Journey, models.CASCADE, primary_key=True, related_name="+")
    days = models.IntegerField()
    state = models.TextField(default="queued")  # queued · running · done · failed
    because = models.TextField(default="")  # why it failed
    draft = models.JSONField(default=dict)  # what was rehearsed
    revision = models.IntegerField(default=0)
    told = models.JSONField(null=True)  # see rehearsal.result
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journeys_rehearsal"
