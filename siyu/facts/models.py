"""The log's tables. `facts_log` and `facts_seen` are partitioned and made by hand in the first migration."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models.functions import MD5


class Source(models.Model):
    """Where facts come from (`web`, `import.orders`, `completejourney`); a number in every fact's row."""

    id = models.SmallAutoField(primary_key=True)
    name = models.TextField(unique=True)
    title = models.TextField(default="")
    badge = models.TextField(default="")  # shown beside every figure of it: 公开教学数据, 模拟


class Envelope(models.Model):
    """One durable delivery waiting for the pump: up to 2,500 messages, encrypted. `done` messages are handled already."""

    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, db_index=False, db_constraint=False)
    form = models.CharField(max_length=1)  # s: a Segment body · f: our own facts
    messages = models.IntegerField()
    done = models.IntegerField(default=0)
    payload = models.BinaryField()

    class Meta:
        db_table = "facts_inbox"


class LoggedFact(models.Model):
    """What happened, once, for ever: immutable, and keyed to the handle, never to the member."""

    id = models.BigIntegerField(primary_key=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    business_day = models.DateField()
    name = models.TextField()
    source_id = models.SmallIntegerField()
    identity_id = models.BigIntegerField(null=True)
    message = models.UUIDField()
    properties = models.JSONField()
    cause_id = models.BigIntegerField(null=True)
    depth = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "facts_log"


class Personal(models.Model):
    """The value behind a token of the log, encrypted; erasure deletes the row and the token means nothing more."""

    token = models.TextField(primary_key=True)
    handle = models.UUIDField(null=True)  # lookup hash of the handle it was said of; erasure goes by it
    kind = models.TextField()
    value = models.BinaryField()

    class Meta:
        db_table = "facts_personal"
        indexes = [models.Index(fields=["handle"], name="personal_of_handle")]


class Quarantined(models.Model):
    """A message that could not become a fact: its reason, and its encrypted payload for a replay.

    Of form d it is what time alone brings a member, in the room that `name` says: the room leaves the member out (`facts_held`) until
    `again_at`, and for good when it is dismissed.
    """

    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT)
    form = models.CharField(max_length=1)  # as of an envelope, or d: due work
    code = models.TextField()  # "currency.other"
    because = models.TextField()
    name = models.TextField(default="")
    message = models.UUIDField()
    payload = models.BinaryField()
    replayed_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    member_id = models.BigIntegerField(null=True)
    attempts = models.IntegerField(default=0, db_default=0)
    again_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "facts_quarantine"
        constraints = [  # one open row a message, however often it is delivered
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(replayed_at=None, dismissed_at=None), name="quarantine_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(replayed_at=None, dismissed_at=None), name="quarantine_open"),
            models.Index(
                fields=["name", "member_id"], condition=models.Q(member_id__isnull=False, replayed_at=None), name="quarantine_held"
            ),
        ]


class Daily(models.Model):
    """How many facts of a name a source brought on a business day: what charts and the explorer read."""

    business_day = models.DateField()
    name = models.TextField()
    source = models.ForeignKey(Source, models.PROTECT, db_constraint=False)
    facts = models.BigIntegerField()

    class Meta:
        db_table = "facts_daily"
        constraints = [models.UniqueConstraint(fields=["business_day", "name", "source"], name="daily_once")]


class Counter(models.Model):
    """A counted fact: name and property filter, defined when an audience, rule or measure needs it."""

    key = models.TextField()  # the canonical form of name + filter: as long as a filter may be, so it is indexed by its digests
    name = models.TextField()
    filter = models.JSONField(default=dict)
    defined_at = models.DateTimeField()

    class Meta:
        db_table = "facts_counter"
        indexes = [HashIndex(fields=["key"], name="counter_by_key")]
        constraints = [models.UniqueConstraint(MD5("key"), name="counter_once")]


class CounterDay(models.Model):
    """How often a handle did a counted fact on a business day; a member's count is the sum over its handles."""

    pk = models.CompositePrimaryKey("identity_id", "counter_id", "business_day")
    identity_id = models.BigIntegerField()
    counter = models.ForeignKey(Counter, models.CASCADE, db_index=False, db_constraint=False)
    business_day = models.DateField()
    times = models.IntegerField()

    class Meta:
        db_table = "facts_counter_day"


class PumpState(models.Model):
    """One row: the clock (never backwards), and why the pump stands still if it does."""

    clock = models.DateTimeField()
    beat_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_code = models.TextField(default="")
    stopped_because = models.TextField(default="")
    quarantined = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)

    class Meta:
        db_table = "facts_pump"


class Import(models.Model):
    """A file brought in: its hash, how it was read, how far it is; a second run goes on where the first ended."""

    kind = models.TextField()  # orders · members · products · facts
    file_name = models.TextField()
    file_hash = models.UUIDField()
    reading = models.JSONField()  # mapping, encoding, zone, currency …
    source = models.ForeignKey(Source, models.PROTECT)
    rows = models.BigIntegerField(null=True)  # known when the end was reached
    rows_done = models.BigIntegerField(default=0)
    facts = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    destinations = models.JSONField(default=dict)  # rows by what became of them: {"order": 12, "anonymous order": 3}
    status = models.TextField(default="running")  # running · done · failed
    because = models.TextField(default="")
    started_by = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "file_hash", "source"], name="import_once")]


class ImportReject(models.Model):
    """A line that could not be read: its number in the file, the reason, and the line itself, encrypted."""

    of_import = models.ForeignKey(Import, models.CASCADE)
    row = models.BigIntegerField()
    code = models.TextField()
    because = models.TextField()
    line = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of_import", "row", "code"], name="import_reject_once")]
