"""What is said: templates in versions, each in one or more languages, and the files that go along."""

from django.db import models


class File(models.Model):
    """A file that templates send along; never changed, so that what was sent can be looked at."""

    name = models.TextField()
    media_type = models.TextField()
    size = models.IntegerField()  # bytes
    digest = models.TextField()  # SHA-256 of the content, in hexadecimal
    content = models.BinaryField()
    created_by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "name"], name="file_once")]


class Template(models.Model):
    """A version of a template; versions are never changed, so that every touch can be read as it was sent."""

    code = models.TextField()
    version = models.IntegerField()
    name = models.TextField()
    medium = models.TextField()  # email · sms · inbox · webhook · task
    purpose = models.TextField()  # marketing · service · personalisation
    variants = models.JSONField()  # language → touches.rules.wording.Variant
    provider_template = models.TextField(default="")  # the provider's own, where it demands one
    provider_values = models.JSONField(default=list)  # its parameters in order: [name, Liquid]
    counts_links = models.BooleanField(default=True)
    files = models.JSONField(default=list)  # ids of the files that go along, in order
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="template_version_once")]
