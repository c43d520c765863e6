"""Who looked at a product: found by the product, for a price that drops."""

from django.db import migrations

VIEWED = "CREATE INDEX facts_log_viewed ON facts_log ((properties ->> 'sku'), occurred_at) WHERE name = 'product.viewed'"


class Migration(migrations.Migration):
    dependencies = [("facts", "0002_partitions")]
    operations = [migrations.RunSQL(VIEWED, "DROP INDEX facts_log_viewed")]
