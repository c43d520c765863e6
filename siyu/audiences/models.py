"""Audiences and who is in them. Only the pump writes who is in; what people change are rules, lists and wishes."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models.functions import MD5


class Audience(models.Model):
    """A rule with a name. `version` is the one that is judged by (0: none yet), `next_version` the one the pump will change to."""

    name = models.TextField()
    description = models.TextField(default="")
    version = models.IntegerField(default=0)
    next_version = models.IntegerField(null=True)
    tells_change = models.BooleanField(default=False)  # whether members who enter or leave by the coming change are told as facts
    snapshot = models.ForeignKey("Snapshot", models.PROTECT, null=True, db_index=False)  # whose RFM borders it is judged by
    zone = models.TextField(default="")  # in which its days turn
    size = models.BigIntegerField(default=0)
    tag = models.TextField(default="")  # carried by those who are in
    computed_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")  # why the coming version could not be judged
    key = models.TextField(null=True, unique=True)  # by which a program made it
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(archived_at=None), name="audience_name_once"),
        ]


class Version(models.Model):
    """A rule of an audience as somebody wrote it; never changed."""

    audience = models.ForeignKey(Audience, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    rule = models.JSONField()
    made_by = models.TextField()
    made_at = models.DateTimeField()
    because = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "number"], name="audience_version_once")]


class Membership(models.Model):
    """A member is in an audience, since an instant."""

    pk = models.CompositePrimaryKey("member_id", "audience_id")
    member = models.ForeignKey("members.Member", models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    audience = models.ForeignKey(Audience, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["audience", "member"], name="membership_of_audience")]  # lists, exports, overlaps


class Due(models.Model):
    """The earliest instant at which time alone can change what a member is in; never later than that, at times earlier."""

    member = models.OneToOneField("members.Member", models.CASCADE, primary_key=True, db_constraint=False, related_name="+")
    due_at = models.DateTimeField()

    class Meta:
        db_table = "audiences_due"
        indexes = [models.Index(fields=["due_at", "member"], name="audience_due")]


class Dirty(models.Model):
    """A member whom a service changed; the pump judges it anew."""

    member_id = models.BigIntegerField()
    marked_at = models.DateTimeField()
    because = models.TextField(default="change")  # change · merge

    class Meta:
        db_table = "audiences_dirty"


class Watch(models.Model):
    """Facts whose instants are kept: name and property filter, as of a counter."""

    key = models.TextField()
    name = models.TextField()
    filter = models.JSONField(default=dict)
    defined_at = models.DateTimeField()

    class Meta:
        indexes = [HashIndex(fields=["key"], name="watch_by_key")]
        constraints = [models.UniqueConstraint(MD5("key"), name="watch_once")]


class Moment(models.Model):
    """A handle did a watched thing at an instant: what windows in hours and sequences are judged by."""

    pk = models.CompositePrimaryKey("identity_id", "watch_id", "occurred_at", "fact_id")
    identity_id = models.BigIntegerField()
    watch = models.ForeignKey(Watch, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    occurred_at = models.DateTimeField()
    business_day = models.DateField()
    fact_id = models.BigIntegerField()


class TraitDate(models.Model):
    """A trait that is a date, readable also where the trait itself is encrypted: month and day, and the whole day only of plain traits."""

    identity = models.ForeignKey("members.Identity", models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    name = models.TextField()
    message = models.UUIDField()  # of the trait it was read from; of another one it says nothing
    day = models.DateField(null=True)
    month = models.SmallIntegerField()
    day_of_month = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "name"], name="trait_date_once")]


class List(models.Model):
    """Members whom somebody named one by one, in a file."""

    name = models.TextField()
    created_by = models.TextField()
    created_at = models.DateTimeField()
    lines = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)


class Listed(models.Model):
    """A handle on a list; a merge or its undo carries it to whom the handle belongs."""

    pk = models.CompositePrimaryKey("identity_id", "list_id")
    identity = models.ForeignKey("members.Identity", models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    list = models.ForeignKey(List, models.CASCADE, related_name="+")


class Snapshot(models.Model):
    """Borders of the quintiles of RFM, as they were taken on a day: four for each axis, rising."""

    day = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.TextField()
    buyers = models.BigIntegerField()
    recency = models.JSONField()  # days of the last purchase
    frequency = models.JSONField()  # orders
    monetary = models.JSONField()  # net revenue, minor units


class Daily(models.Model):
    """How many were in at the end of a business day, and how many came and went on it."""

    pk = models.CompositePrimaryKey("audience_id", "business_day")
    audience = models.ForeignKey(Audience, models.CASCADE, db_index=False, related_name="+")
    business_day = models.DateField()
    size = models.BigIntegerField()
    entered = models.BigIntegerField(default=0)
    went = models.BigIntegerField(default=0)

    class Meta:
        db_table = "audiences_daily"
