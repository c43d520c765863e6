"""What programs asked for under keys of their own."""

from django.db import models


class Asked(models.Model):
    """A key under which something was done once, what was asked (hashed), and what it answered. Forgotten after `ONCE_DAYS`."""

    key = models.TextField(primary_key=True)
    what = models.TextField()
    answer = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="asked_at")]  # what is to be forgotten
