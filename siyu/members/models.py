"""People: members, their identities (handles), what is known of them, and the three clocks."""

from django.db import models


class Member(models.Model):
    """A person. A merged member keeps its row and points to its survivor, so that old links and an undo work."""

    public_id = models.TextField()
    is_identified = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, db_constraint=False)
    created_at = models.DateTimeField()  # the clock at which we first heard of the person
    assistant = models.ForeignKey("merchant.Staff", models.PROTECT, null=True, db_index=False, related_name="+", db_constraint=False)
    store = models.ForeignKey("merchant.Store", models.PROTECT, null=True, db_index=False, related_name="+", db_constraint=False)
    nickname = models.TextField(default="")  # plain, as the member chose to be called; searched
    source = models.ForeignKey("facts.Source", models.PROTECT, db_index=False, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="member_public")]
        indexes = [
            models.Index(fields=["assistant", "id"], condition=models.Q(assistant__isnull=False), name="member_of_assistant"),
            models.Index(fields=["store", "id"], condition=models.Q(store__isnull=False), name="member_of_store"),
            models.Index(fields=["id"], condition=models.Q(is_identified=True, merged_into=None), name="member_people"),
            models.Index(
                fields=["nickname", "id"],
                opclasses=["text_pattern_ops", "int8_ops"],
                condition=models.Q(merged_into=None) & ~models.Q(nickname=""),
                name="member_nickname",
            ),
            models.Index(fields=["source", "id"], condition=models.Q(merged_into=None), name="member_of_source"),  # the list of one source
            models.Index(fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="member_merged"),
        ]


class Rollup(models.Model):
    """First and last seen and number of facts, by occurrence; kept apart because every batch touches it."""

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, db_constraint=False)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    last_seen_day = models.DateField()
    facts = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["last_seen_day", "member"], name="rollup_newest")]


class Identity(models.Model):
    """A handle: found by keyed hash, readable only by decryption. `member` is the only pointer from history to a person."""

    kind = models.TextField()
    hash = models.UUIDField(unique=True)
    value = models.BinaryField()
    tail_hash = models.UUIDField(null=True)  # phones: keyed hash of the last four
    member = models.ForeignKey(Member, models.PROTECT, db_constraint=False)
    origin = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False, db_constraint=False)  # whom it came with
    first_seen = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tail_hash"], condition=models.Q(tail_hash__isnull=False), name="identity_tail")]


class Link(models.Model):
    """A claim that two handles are one person, by its earliest proof; what a limit refuses is a conflict, what staff undid is refused."""

    left = models.ForeignKey(Identity, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    right = models.ForeignKey(Identity, models.CASCADE, related_name="+", db_constraint=False)
    occurred_at = models.DateTimeField()
    message = models.UUIDField()
    proof = models.TextField()  # identify · alias · import · staff
    state = models.TextField(default="joined")  # joined · conflict · refused

    class Meta:
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="link_once")]
        indexes = [models.Index(fields=["state"], condition=~models.Q(state="joined"), name="link_not_joined")]


class Merge(models.Model):
    """Why two members became one, and whether that was undone."""

    survivor = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False)
    loser = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False)
    merged_at = models.DateTimeField()
    by = models.TextField()  # who: "rule" or the staff member's name
    because = models.TextField()
    evidence = models.JSONField()  # the links that lead from one to the other, and the identities that moved
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(default="")
    undone_because = models.TextField(default="")

    class Meta:
        db_table = "members_merge_log"


class Untold(models.Model):
    """A merge, or the undoing of one, that a service made and the pump has yet to tell."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField()
    is_undone = models.BooleanField()


class Trait(models.Model):
    """What a person is said to be, by handle; the newest occurrence wins. A personal value is a token of `facts_personal`; null: absent."""

    identity = models.ForeignKey(Identity, models.CASCADE, db_index=False, db_constraint=False)
    name = models.TextField()
    value = models.JSONField()
    occurred_at = models.DateTimeField()
    message = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "name"], name="trait_once")]


class Tag(models.Model):
    name = models.TextField(unique=True)
    colour = models.TextField(default="blue")
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class Tagging(models.Model):
    """A tag on a member, with who put it there; `via_merge` marks what a merge carried over, for its undo."""

    member = models.ForeignKey(Member, models.CASCADE, db_index=False)
    tag = models.ForeignKey(Tag, models.PROTECT)
    by = models.TextField()
    at = models.DateTimeField()
    via_merge = models.ForeignKey(Merge, models.CASCADE, null=True, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "tag"], name="tagging_once")]


class Consent(models.Model):
    """A purpose and channel agreed to or withdrawn, as it was proven; the newest row per handle, purpose and channel holds."""

    identity = models.ForeignKey(Identity, models.CASCADE, db_constraint=False)
    purpose = models.TextField()  # marketing · service · personalisation
    channel = models.TextField()  # sms · email · wecom · phone · any
    is_given = models.BooleanField()
    occurred_at = models.DateTimeField()
    proof = models.TextField()  # "form 2026-05 v3", a fact id, a file name
    message = models.UUIDField(unique=True)


class Lifecycle(models.Model):
    """The three clocks of a member and the instant at which time alone moves the next of them."""

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, db_constraint=False)
    pool_joined_at = models.DateTimeField(null=True)
    pool_channel = models.TextField(default="")
    pool_stage = models.TextField(default="")  # silent · growing · active · declining
    first_bought_at = models.DateTimeField(null=True)
    last_bought_at = models.DateTimeField(null=True)
    purchases = models.IntegerField(default=0)
    activity = models.TextField(default="")  # active · drowsy · lost
    rungs = models.IntegerField(default=0)  # bit mask of the rungs reached
    rung = models.TextField(default="")
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at", "member"], condition=models.Q(due_at__isnull=False), name="lifecycle_due")]
