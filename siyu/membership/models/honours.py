"""Honours: badges and who has them, leaderboards and their ranks, anniversaries and the cards that celebrate."""

from django.db import models


class Badge(models.Model):
    """A badge or title. Its rule may be changed: what was awarded stays, unless it is revocable."""

    code = models.TextField(unique=True)
    name = models.TextField()
    description = models.TextField(default="")
    icon = models.TextField(default="award")
    colour = models.TextField(default="yellow")
    definition = models.JSONField()  # see membership.rules.badges.Badge
    counter_id = models.BigIntegerField(null=True)
    sort = models.IntegerField(default=0)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class BadgeAward(models.Model):
    """A level of a badge that a member has, since when and by whom; a revoked one keeps its row and can be awarded again."""

    badge = models.ForeignKey(Badge, models.PROTECT)
    level = models.IntegerField()  # from 1
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    awarded_at = models.DateTimeField()
    by = models.TextField()
    because = models.TextField(default="")
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["badge", "level", "origin"], name="badge_award_once")]


class Board(models.Model):
    """A leaderboard."""

    code = models.TextField(unique=True)
    name = models.TextField()
    definition = models.JSONField()  # see membership.rules.leaderboards.Board
    counter_id = models.BigIntegerField(null=True)
    from_day = models.DateField()
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)


class BoardPeriod(models.Model):
    """A period of a board: when its ranks were last counted, and when they became final."""

    board = models.ForeignKey(Board, models.CASCADE, db_index=False)
    start = models.DateField()
    end = models.DateField()
    refreshed_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    members = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["board", "start"], name="board_period_once")]
        indexes = [models.Index(fields=["end"], condition=models.Q(frozen_at=None), name="board_period_open")]


class Rank(models.Model):
    """A member's place in a period of a board, within a group (0: all)."""

    period = models.ForeignKey(BoardPeriod, models.CASCADE, db_index=False)
    group = models.BigIntegerField(default=0)  # store, assistant or tag
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    value = models.BigIntegerField()
    rank = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "origin", "group"], name="rank_once")]
        indexes = [models.Index(fields=["period", "group", "rank", "id"], name="rank_order")]


class Incognito(models.Model):
    """A member who is counted on leaderboards and not shown there."""

    member = models.OneToOneField("members.Member", models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    since = models.DateTimeField()


class Anniversary(models.Model):
    """Since when something is so (joined the pool, first order), and when it will be a year older. `settled_day`: told up to here."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    kind = models.TextField()  # joined · first_order
    since = models.DateField()
    settled_day = models.DateField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="anniversary_once")]
        indexes = [models.Index(fields=["due_at"], name="anniversary_due")]


class Ritual(models.Model):
    """What is done on an occasion: a card in the member centre, and rewards."""

    occasion = models.TextField(unique=True)  # joined · first_order · tier_up
    title = models.TextField()
    words = models.TextField(default="")  # %(years)s, %(tier)s
    rewards = models.JSONField(default=list)
    days = models.IntegerField(default=7)  # how long the card is shown
    is_on = models.BooleanField(default=True)
    changed_by = models.TextField()
    changed_at = models.DateTimeField()


class Card(models.Model):
    """A card a member finds in the member centre; what it says was fixed when it was made."""

    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    occasion = models.TextField()
    title = models.TextField()
    words = models.TextField(default="")
    at = models.DateTimeField()
    until_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)  # of the fact behind it

    class Meta:
        indexes = [models.Index(fields=["owner", "until_at"], name="card_of_member")]
