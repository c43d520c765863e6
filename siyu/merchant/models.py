"""The ground: settings, organisation, staff, keys, audit, alarms."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from .rules import Reach, Role


class SettingValue(models.Model):
    """A setting's value from a business day on; the newest row whose day has come is in force."""

    name = models.TextField()
    value = models.JSONField()
    effective_day = models.DateField()
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "effective_day"], name="setting_once_a_day")]


class Region(models.Model):
    name = models.TextField(unique=True)
    archived_at = models.DateTimeField(null=True)


class Shop(models.Model):
    """Where orders are made: a web shop, a mini-program, a marketplace account, or the counter of the stores."""

    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(default="online")  # online · store
    archived_at = models.DateTimeField(null=True)


class Store(models.Model):
    code = models.TextField(unique=True)
    name = models.TextField()
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    archived_at = models.DateTimeField(null=True)


class StaffAccounts(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(username=username)


class Staff(AbstractBaseUser):
    """A person who works for the merchant; logs in with `username`, sees what `role` and `reach` allow."""

    username = models.TextField(unique=True)
    name = models.TextField()
    role = models.TextField(choices=[(r.value, r.value) for r in Role])
    reach = models.TextField(choices=[(r.value, r.value) for r in Reach])
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True)
    language = models.TextField(default="zh-hans")
    theme = models.TextField(default="light")
    archived_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    objects = StaffAccounts()

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.archived_at is None


class Key(models.Model):
    """A write key (ingest) or an API key, shown once and kept only as a hash."""

    kind = models.TextField()  # write · api
    name = models.TextField()
    hash = models.BinaryField(unique=True)
    tail = models.TextField()  # the last four characters, to tell keys apart
    source = models.TextField(default="")  # a write key's facts carry this source
    scopes = ArrayField(models.TextField(), default=list)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    last_used_day = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="key_name_once")]


class Audit(models.Model):
    """Every authorised write, in one row; the application's role may add and read, not change."""

    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    verb = models.TextField()  # "staff.created"
    subject = models.TextField()  # "staff:12"
    because = models.TextField(default="")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["actor_name", "-id"], name="audit_of_actor"),
            models.Index(fields=["subject", "-id"], name="audit_of_subject"),
        ]


class Alarm(models.Model):
    """Something a person should look at; one open alarm per code and subject."""

    code = models.TextField()  # "pump.stopped"
    subject = models.TextField(default="")
    message = models.TextField()
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "subject"], condition=models.Q(cleared_at=None), name="alarm_open_once")]


class LoginAttempt(models.Model):
    """Failed log-ins, for the rate limit; rows older than a day are removed. Hashed: people type passwords into the wrong field."""

    username_hash = models.UUIDField()
    address_hash = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["username_hash", "at"], name="login_by_name"),
            models.Index(fields=["address_hash", "at"], name="login_by_address"),
        ]
