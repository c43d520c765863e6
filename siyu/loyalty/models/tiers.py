"""Tracks and their tiers, where members stand on them, and what was granted by hand."""

from django.db import models


class TrackVersion(models.Model):
    """A version of a track: its terms, and whether it is being drafted, announced, or was withdrawn before its day.

    A version of tiers without such a row counts growth of a lifetime, judged at every moment.
    """

    track = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    terms = models.JSONField(default=dict)  # see loyalty.rules.tiers.terms
    steps = models.JSONField(default=list)  # of a draft; what is announced stands as tiers
    from_day = models.DateField(null=True)
    state = models.TextField(default="draft")  # draft · announced · withdrawn
    migration = models.TextField(default="at_once")  # at_once · at_next · by_hand
    by_hand_at = models.DateTimeField(null=True)  # when members of older versions come over by hand
    judged_to = models.BigIntegerField(default=0)  # members up to this one were looked through when the track began
    opened_at = models.DateTimeField(null=True)  # all were
    created_by = models.TextField()
    created_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "version"], name="track_version_once")]
        indexes = [  # tracks whose members have yet to be found
            models.Index(fields=["from_day"], condition=models.Q(state="announced", opened_at=None), name="track_opening")
        ]


class Tier(models.Model):
    """A step of a track; versions as with earn rules."""

    track = models.TextField(default="growth")
    code = models.TextField()
    name = models.TextField()
    rank = models.IntegerField()
    threshold = models.BigIntegerField()  # what is measured, from which on it is reached
    keep = models.BigIntegerField(null=True)  # down to which it is kept; null: the threshold
    multiplier = models.DecimalField(max_digits=6, decimal_places=3, default=1)
    gifts = models.JSONField(default=list)  # [unit, amount]: given when it is reached
    version = models.IntegerField(default=1)
    from_day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "code", "version"], name="tier_version_once")]


class Standing(models.Model):
    """A member's tier on a track, since when and by which version; a pure function of movements, version and time."""

    member = models.ForeignKey("members.Member", models.CASCADE, db_index=False, db_constraint=False)
    track = models.TextField(default="growth")
    tier = models.TextField()
    growth = models.BigIntegerField()  # what the track measures, when it was last judged
    since = models.DateTimeField()
    version = models.IntegerField(default=1)
    own = models.TextField(null=True)  # the tier without a floor; null: the tier itself
    began_at = models.DateTimeField(null=True)  # of the period in which the tier holds
    ends_at = models.DateTimeField(null=True)  # then the keep-line judges
    grace_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # when time alone may change it
    judged_at = models.DateTimeField(null=True)  # null where only the growth of the moment counts

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "track"], name="standing_once")]
        indexes = [
            models.Index(fields=["tier", "member"], name="standing_by_tier"),
            models.Index(fields=["track", "version", "member"], name="standing_by_track"),  # who has yet to be judged by a new version
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="standing_due"),
        ]


class TierFloor(models.Model):
    """A tier that staff granted to a member: held at least, until it ends or is taken away. Rows stay with whom they were given to."""

    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)  # whom a merge made of it
    track = models.TextField()
    tier = models.TextField()
    from_at = models.DateTimeField()
    until = models.DateTimeField()
    because = models.TextField()
    given_by = models.TextField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.TextField(default="")
    removed_because = models.TextField(default="")


class TierGift(models.Model):
    """The gifts of a tier that a member was given in a period. Rows never move, as with what was used of caps."""

    pk = models.CompositePrimaryKey("origin_id", "track", "tier", "period")
    origin_id = models.BigIntegerField()
    track = models.TextField()
    tier = models.TextField()
    period = models.DateField()  # its first day; 0001-01-01: once for ever


class MapNote(models.Model):
    """What the operator placed at a step of the growth map: the benefits that draw people on, and the gesture that warms them."""

    step = models.TextField(unique=True)  # a rung of the relationship ladder or a tier of the main track
    benefits = models.JSONField(default=list)  # codes
    benefit = models.TextField(default="")
    gesture = models.TextField(default="")
    updated_by = models.TextField()
    updated_at = models.DateTimeField()
