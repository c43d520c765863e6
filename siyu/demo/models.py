"""How far the demo is: one row, so that an interrupted replay goes on where it stopped and a finished one is left alone."""

from django.db import models


class Replay(models.Model):
    """The demo's replay. A day and the mark that it was recorded are one transaction: no day is missing, none comes twice."""

    weeks = models.IntegerField()  # whole weeks by which the data set was shifted, fixed by the first run
    until = models.DateTimeField()  # the instant of the first run: nothing simulated lies after it
    households = models.IntegerField(null=True)  # size of the sample; null for all
    recorded_day = models.DateField(null=True)  # the last business day whose facts went into the inbox
    facts = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # set when everything is through the pump

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="replay_only_one")]
