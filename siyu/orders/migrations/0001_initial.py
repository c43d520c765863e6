import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('facts', '0001_initial'),
        ('members', '0001_initial'),
        ('merchant', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('name_stamp', models.TextField(default='')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='orders.category')),
            ],
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.TextField()),
                ('amount_minor', models.BigIntegerField(default=0)),
                ('discount_minor', models.BigIntegerField(default=0)),
                ('shipping_minor', models.BigIntegerField(default=0)),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('lines', models.IntegerField(default=0)),
                ('placed_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('paid_day', models.DateField(null=True)),
                ('shipped_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('content_stamp', models.BinaryField(default=b'')),
                ('lines_stamp', models.BinaryField(default=b'')),
                ('buyer_stamp', models.BinaryField(default=b'')),
                ('store_stamp', models.BinaryField(default=b'')),
                ('is_historical', models.BooleanField(default=False)),
                ('identity', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.identity')),
                ('shop', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='merchant.shop')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
                ('store', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='merchant.store')),
            ],
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.TextField(unique=True)),
                ('name', models.TextField(default='')),
                ('brand', models.TextField(default='')),
                ('price_minor', models.BigIntegerField(null=True)),
                ('cost_minor', models.BigIntegerField(null=True)),
                ('stock', models.IntegerField(null=True)),
                ('image_url', models.TextField(default='')),
                ('page_url', models.TextField(default='')),
                ('is_listed', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField()),
                ('message', models.UUIDField(null=True)),
                ('stamps', models.JSONField(default=dict)),
                ('archived_at', models.DateTimeField(null=True)),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='orders.category')),
            ],
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_at', models.DateTimeField()),
                ('price_minor', models.BigIntegerField()),
                ('message', models.UUIDField()),
                ('product', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='orders.product')),
            ],
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('pk', models.CompositePrimaryKey('order_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=14)),
                ('unit_price', models.DecimalField(decimal_places=6, max_digits=18)),
                ('amount_minor', models.BigIntegerField()),
                ('row_key', models.TextField(default='')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.order')),
                ('product', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='orders.product')),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_number', models.TextField()),
                ('key', models.TextField()),
                ('amount_minor', models.BigIntegerField()),
                ('lines', models.IntegerField(default=0)),
                ('occurred_at', models.DateTimeField()),
                ('business_day', models.DateField()),
                ('because', models.TextField(default='')),
                ('message', models.UUIDField()),
                ('identity', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.identity')),
                ('order', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='orders.order')),
                ('shop', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='merchant.shop')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
            ],
        ),
        migrations.CreateModel(
            name='Statistics',
            fields=[
                ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='members.member')),
                ('orders', models.IntegerField(default=0)),
                ('revenue_minor', models.BigIntegerField(default=0)),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('first_paid_at', models.DateTimeField(null=True)),
                ('last_paid_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'orders_statistics',
                'indexes': [models.Index(fields=['revenue_minor', 'member'], name='statistics_by_revenue')],
            },
        ),
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField()),
                ('sku', models.TextField(default='')),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=14)),
                ('amount_minor', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('because', models.TextField()),
                ('order_number', models.TextField(default='')),
                ('message', models.UUIDField()),
                ('identity', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.identity')),
                ('shop', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='merchant.shop')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
            ],
            options={
                'indexes': [models.Index(fields=['-occurred_at', '-id'], name='adjustment_newest')],
                'constraints': [models.UniqueConstraint(fields=('shop', 'key'), name='adjustment_once')],
            },
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['-placed_at', '-id'], name='order_newest'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('paid_at__isnull', False)), fields=['paid_day'], name='order_by_paid_day'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('shop', 'number'), name='order_once'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.UniqueConstraint(fields=('product', 'from_at'), name='price_once'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['-occurred_at', '-id'], name='refund_newest'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('shop', 'order_number', 'key'), name='refund_once'),
        ),
    ]
