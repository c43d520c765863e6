"""The member centre: one-time codes, sessions, sign-in links, and what members asked us to do with what we know of them.

Rows carry the hash of the handle by which a person came in, never the member: a merge, its undo or an erasure needs nothing here.
"""

from django.db import models


class Code(models.Model):
    """A one-time code sent to a handle; good for the browser that holds `challenge`."""

    challenge = models.UUIDField(unique=True)
    handle = models.UUIDField()
    kind = models.TextField()  # phone · email
    value = models.BinaryField()  # the handle, encrypted: a newcomer is known by nothing else
    code_hash = models.UUIDField()
    address_hash = models.UUIDField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    shown = models.BinaryField(default=b"")  # encrypted; only the developer's sender writes it

    class Meta:
        indexes = [
            models.Index(fields=["handle", "asked_at"], name="code_by_handle"),  # the limits
            models.Index(fields=["address_hash", "asked_at"], name="code_by_address"),
            models.Index(fields=["asked_at"], name="code_oldest"),  # what is forgotten
        ]


class Session(models.Model):
    """A browser in which a member is signed in; found by the hash of its cookie."""

    key_hash = models.UUIDField(unique=True)
    handle = models.UUIDField(db_index=True)
    way = models.TextField()  # code · link · mini_program · wecom …
    device = models.TextField(default="")  # "iPhone · WeChat"
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)


class Link(models.Model):
    """A link that signs one member in, once."""

    nonce = models.UUIDField(unique=True)
    handle = models.UUIDField(db_index=True)
    purpose = models.TextField()
    target = models.TextField(default="")  # a page below /m/
    made_by = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class Copy(models.Model):
    """A member's copy of what we know: asked for, prepared as an encrypted file, deleted after a day."""

    key = models.UUIDField(unique=True)
    handle = models.UUIDField(db_index=True)
    state = models.TextField(default="waiting")  # waiting · ready · failed
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)
    bytes = models.BigIntegerField(default=0)


class Farewell(models.Model):
    """A member's wish to be forgotten, open until it is withdrawn or its cooling-off ends."""

    handle = models.UUIDField(db_index=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(withdrawn_at=None, done_at=None), name="farewell_due")]
        constraints = [
            models.UniqueConstraint(fields=["handle"], condition=models.Q(withdrawn_at=None, done_at=None), name="farewell_open_once")
        ]


class BirthdayChange(models.Model):
    """When a member last set a birthday here: gifts hang on it, so it changes once a year."""

    handle = models.UUIDField(db_index=True)
    at = models.DateTimeField()
