"""The points mall: gifts with their stock, pools of voucher codes, redemptions."""

from django.db import models


class Gift(models.Model):
    """Something to be had for points. `stock` null is without end; it is only ever changed by one conditional UPDATE."""

    code = models.TextField(unique=True)
    name = models.TextField()
    description = models.TextField(default="")
    kind = models.TextField()  # physical · voucher · reward
    delivery = models.JSONField(default=list)  # of goods: ship, pick_up
    sku = models.TextField(default="")  # of the product whose picture it shows
    picture = models.TextField(default="")  # a file of SIYU_HOME/pictures
    points = models.BigIntegerField()
    money_minor = models.BigIntegerField(default=0)  # to be paid beside the points, in the shop or at the counter
    stock = models.BigIntegerField(null=True)
    limit_each = models.IntegerField(null=True)  # of one member, within `limit_period`
    limit_period = models.TextField(default="all")
    tiers = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    rewards = models.JSONField(default=list)  # of the kind `reward`
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    pick_up_days = models.IntegerField(default=14)
    is_on_sale = models.BooleanField(default=False)
    sort = models.IntegerField(default=0)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(stock=None) | models.Q(stock__gte=0), name="gift_stock_not_negative"),
            models.CheckConstraint(condition=models.Q(points__gte=0, money_minor__gte=0), name="gift_price_not_negative"),
        ]


class StockMove(models.Model):
    """Each change of a gift's stock, append-only: the stock is their sum."""

    gift = models.ForeignKey(Gift, models.PROTECT)
    pieces = models.BigIntegerField()
    kind = models.TextField()  # supply · redeem · return · correct · codes
    redemption = models.ForeignKey("membership.Redemption", models.PROTECT, null=True, db_index=False)
    by = models.TextField()
    at = models.DateTimeField()


class Voucher(models.Model):
    """A code of a pool, handed out once. Encrypted at rest; the hash keeps one code from being entered twice."""

    gift = models.ForeignKey(Gift, models.PROTECT, db_index=False)
    code = models.BinaryField()
    hash = models.UUIDField()
    redemption = models.ForeignKey("membership.Redemption", models.PROTECT, null=True)
    withdrawn_at = models.DateTimeField(null=True)  # of one that was given back: whoever had it has read it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gift", "hash"], name="voucher_once")]
        indexes = [
            models.Index(fields=["gift", "id"], condition=models.Q(redemption=None, withdrawn_at=None), name="voucher_free"),
        ]


class Redemption(models.Model):
    """A member's redemption of a gift, and how far it is. The points lie in a hold of the ledger with the key `mall:<number>`."""

    number = models.TextField(unique=True)  # public, unguessable
    key = models.TextField(unique=True)  # of the request
    gift = models.ForeignKey(Gift, models.PROTECT, db_index=False)
    origin = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_constraint=False)
    owner = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    quantity = models.IntegerField()
    points = models.BigIntegerField()  # of all pieces
    money_minor = models.BigIntegerField(default=0)
    delivery = models.TextField(default="")  # ship · pick_up · nothing for codes and rewards
    state = models.TextField()  # see membership.rules.mall.State
    redeemed_at = models.DateTimeField()
    business_day = models.DateField()
    moved_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # when it expires unfetched, or unshipped
    address = models.BinaryField(null=True)  # encrypted
    carrier = models.TextField(default="")
    tracking = models.TextField(default="")
    pick_up_hash = models.UUIDField(null=True, unique=True)
    pick_up_code = models.BinaryField(null=True)  # encrypted
    store = models.ForeignKey("merchant.Store", models.PROTECT, null=True, db_index=False)  # where it is, or was, collected
    handed_by = models.TextField(default="")
    because = models.TextField(default="")  # of a cancellation

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0, points__gte=0), name="redemption_of_something"),
        ]
        indexes = [
            models.Index(fields=["owner", "gift", "business_day"], name="redemption_limits"),
            models.Index(fields=["-redeemed_at", "-id"], name="redemption_newest"),
            models.Index(fields=["gift", "-redeemed_at"], name="redemption_of_gift"),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="redemption_due"),
        ]
