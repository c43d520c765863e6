"""Accounts with providers, and addresses that a provider refused for good."""

from hashlib import sha256

import msgspec
from django.db import models


class Account(models.Model):
    """How one channel reaches one provider. Secrets are encrypted and never shown again."""

    code = models.TextField(unique=True)
    channel = models.TextField()  # a key of wiring.CHANNELS
    medium = models.TextField()  # email · sms · webhook
    name = models.TextField()
    settings = models.JSONField(default=dict)
    secrets = models.BinaryField(null=True)  # a JSON object, encrypted
    inbound_token = models.TextField(default="")  # the unguessable part of the address to which the provider reports; "" takes no reports
    collected_until = models.TextField(default="")  # where fetching reports stopped, in the channel's own words
    collected_at = models.DateTimeField(null=True)  # when reports were last fetched, or could not be
    fault = models.TextField(default="")  # why they could not be, the last time
    per_minute = models.IntegerField(default=600)  # the most that is handed over in any minute
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(per_minute__gte=1), name="account_has_a_pace"),
            # one provider at a time stands for a medium
            models.UniqueConstraint(fields=["medium"], condition=models.Q(archived_at=None), name="account_of_medium"),
        ]

    @property
    def revision(self) -> str:
        """Another after every change of what an operator entered; says nothing of the secrets but that they are others."""
        entered = [self.name, self.per_minute, sorted(self.settings.items()), bytes(self.secrets or b"")]
        return sha256(msgspec.json.encode(entered)).hexdigest()


class BadAddress(models.Model):
    """A handle that a provider said does not exist; no touch goes there until the row is taken away."""

    identity = models.ForeignKey("members.Identity", models.CASCADE, db_index=False, db_constraint=False)
    medium = models.TextField()
    because = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "medium"], name="bad_address_once")]
