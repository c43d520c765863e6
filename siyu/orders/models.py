"""The order book and the catalogue. Rows carry the buyer's handle; the member is found through it."""

from django.db import models


class Category(models.Model):
    """A category of the shop's catalogue; its name is the newest that a `product.updated` gave, else its code."""

    code = models.TextField(unique=True)
    name = models.TextField()
    name_stamp = models.TextField(default="")  # which fact named it: see orders.rules.stamp
    parent = models.ForeignKey("self", models.PROTECT, null=True)


class Product(models.Model):
    """A SKU of the shop; one that orders name but no catalogue lists stands with `is_listed` false."""

    sku = models.TextField(unique=True)
    name = models.TextField(default="")
    category = models.ForeignKey(Category, models.PROTECT, null=True)
    brand = models.TextField(default="")
    price_minor = models.BigIntegerField(null=True)
    cost_minor = models.BigIntegerField(null=True)
    stock = models.IntegerField(null=True)
    image_url = models.TextField(default="")
    page_url = models.TextField(default="")
    is_listed = models.BooleanField(default=True)
    changed_at = models.DateTimeField()  # newest description; of an unlisted product, the earliest line that names it
    message = models.UUIDField(null=True)
    stamps = models.JSONField(default=dict)  # field → stamp of the fact whose value stands, so that any order of arrival ends alike
    archived_at = models.DateTimeField(null=True)


class Price(models.Model):
    """A product's price as told at an instant; repetitions of a price are kept, or a late fact could not be placed exactly."""

    product = models.ForeignKey(Product, models.CASCADE, db_index=False, db_constraint=False)
    from_at = models.DateTimeField()
    price_minor = models.BigIntegerField()
    message = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "from_at"], name="price_once")]


class Order(models.Model):
    """One order of one shop, as its facts tell: the earliest instant of each step, amounts in minor units.

    Amounts, lines, buyer and store are each taken from the fact with the greatest stamp (orders.rules.stamp), so that
    the book is the same in whatever order its facts arrive.
    """

    shop = models.ForeignKey("merchant.Shop", models.PROTECT, db_index=False, db_constraint=False)
    number = models.TextField()
    identity = models.ForeignKey("members.Identity", models.PROTECT, null=True, db_constraint=False)
    store = models.ForeignKey("merchant.Store", models.PROTECT, null=True, db_index=False, db_constraint=False)
    source = models.ForeignKey("facts.Source", models.PROTECT, db_index=False, db_constraint=False)
    amount_minor = models.BigIntegerField(default=0)  # gross: what was paid, before refunds
    discount_minor = models.BigIntegerField(default=0)  # informational
    shipping_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    lines = models.IntegerField(default=0)
    placed_at = models.DateTimeField()  # the earliest instant at which any fact tells of it: what lists go by
    created_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid_day = models.DateField(null=True)
    shipped_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    content_stamp = models.BinaryField(default=b"")  # of amounts and source
    lines_stamp = models.BinaryField(default=b"")
    buyer_stamp = models.BinaryField(default=b"")
    store_stamp = models.BinaryField(default=b"")
    is_historical = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="order_once")]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),  # the list
            models.Index(fields=["paid_day"], condition=models.Q(paid_at__isnull=False), name="order_by_paid_day"),  # revenue of a period
        ]


class Line(models.Model):
    """A line as bought: the source's own unit price keeps its decimals, only the amount is rounded."""

    pk = models.CompositePrimaryKey("order_id", "number")
    order = models.ForeignKey(Order, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    number = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, db_index=False, db_constraint=False)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    amount_minor = models.BigIntegerField()
    row_key = models.TextField(default="")  # file hash : row, for imported lines


class Refund(models.Model):
    """Money given back; one whose order is unknown stands by itself until the order arrives."""

    shop = models.ForeignKey("merchant.Shop", models.PROTECT, db_index=False, db_constraint=False)
    order_number = models.TextField()
    key = models.TextField()  # the shop's refund number, or the message's hash
    order = models.ForeignKey(Order, models.PROTECT, null=True, db_constraint=False)
    identity = models.ForeignKey("members.Identity", models.PROTECT, null=True, db_constraint=False)
    source = models.ForeignKey("facts.Source", models.PROTECT, db_index=False, db_constraint=False)
    amount_minor = models.BigIntegerField()
    lines = models.IntegerField(default=0)
    occurred_at = models.DateTimeField()
    business_day = models.DateField()
    because = models.TextField(default="")
    message = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "order_number", "key"], name="refund_once")]
        indexes = [models.Index(fields=["-occurred_at", "-id"], name="refund_newest")]


class Adjustment(models.Model):
    """A line of a shop's books that is neither sale nor refund: stock write-offs, bad debt, corrections."""

    shop = models.ForeignKey("merchant.Shop", models.PROTECT, db_index=False, db_constraint=False)
    key = models.TextField()
    identity = models.ForeignKey("members.Identity", models.PROTECT, null=True, db_constraint=False)
    source = models.ForeignKey("facts.Source", models.PROTECT, db_index=False, db_constraint=False)
    sku = models.TextField(default="")
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    amount_minor = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    because = models.TextField()
    order_number = models.TextField(default="")
    message = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "key"], name="adjustment_once")]
        indexes = [models.Index(fields=["-occurred_at", "-id"], name="adjustment_newest")]


class Statistics(models.Model):
    """What a member bought, in sums; recomputed exactly by a merge and its undo."""

    member = models.OneToOneField("members.Member", models.CASCADE, primary_key=True, db_constraint=False)
    orders = models.IntegerField(default=0)
    revenue_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    first_paid_at = models.DateTimeField(null=True)
    last_paid_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_statistics"
        indexes = [models.Index(fields=["revenue_minor", "member"], name="statistics_by_revenue")]
