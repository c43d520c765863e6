import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapUse',
            fields=[
                ('pk', models.CompositePrimaryKey('origin_id', 'rule_code', 'business_day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('origin_id', models.BigIntegerField()),
                ('rule_code', models.TextField()),
                ('business_day', models.DateField()),
                ('points', models.BigIntegerField(default=0)),
                ('times', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.TextField()),
                ('pending', models.BigIntegerField(default=0)),
                ('available', models.BigIntegerField(default=0)),
                ('held', models.BigIntegerField(default=0)),
                ('spent', models.BigIntegerField(default=0)),
                ('expired', models.BigIntegerField(default=0)),
                ('revoked', models.BigIntegerField(default=0)),
                ('debt', models.BigIntegerField(default=0)),
                ('origin', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
        ),
        migrations.CreateModel(
            name='EarnRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('version', models.IntegerField()),
                ('name', models.TextField()),
                ('definition', models.JSONField()),
                ('from_day', models.DateField()),
                ('until_day', models.DateField(null=True)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='earn_rule_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('unit', models.TextField()),
                ('amount', models.BigIntegerField()),
                ('remaining', models.BigIntegerField()),
                ('reversed', models.BigIntegerField(default=0)),
                ('expired', models.BigIntegerField(default=0)),
                ('is_pending', models.BooleanField()),
                ('available_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('priority', models.SmallIntegerField(default=0)),
                ('earned_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='loyalty.account')),
                ('rule', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='loyalty.earnrule')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.TextField()),
                ('debit', models.TextField()),
                ('credit', models.TextField()),
                ('amount', models.BigIntegerField()),
                ('kind', models.TextField()),
                ('fact_id', models.BigIntegerField(null=True)),
                ('fact_occurred_at', models.DateTimeField(null=True)),
                ('tier', models.TextField(default='')),
                ('multiplier', models.DecimalField(decimal_places=3, default=1, max_digits=6)),
                ('posted_at', models.DateTimeField()),
                ('business_day', models.DateField()),
                ('key', models.UUIDField(unique=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='loyalty.account')),
                ('rule', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='loyalty.earnrule')),
                ('lot', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='loyalty.lot')),
            ],
        ),
        migrations.CreateModel(
            name='Purchase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop', models.TextField()),
                ('order_number', models.TextField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('base_minor', models.BigIntegerField(default=0)),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('refunds', models.JSONField(default=list)),
                ('received_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('shop', 'order_number'), name='purchase_once')],
            },
        ),
        migrations.AddField(
            model_name='lot',
            name='purchase',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='loyalty.purchase'),
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('track', models.TextField(default='growth')),
                ('tier', models.TextField()),
                ('growth', models.BigIntegerField()),
                ('since', models.DateTimeField()),
                ('version', models.IntegerField(default=1)),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='members.member')),
            ],
        ),
        migrations.CreateModel(
            name='Tier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('track', models.TextField(default='growth')),
                ('code', models.TextField()),
                ('name', models.TextField()),
                ('rank', models.IntegerField()),
                ('threshold', models.BigIntegerField()),
                ('multiplier', models.DecimalField(decimal_places=3, default=1, max_digits=6)),
                ('version', models.IntegerField(default=1)),
                ('from_day', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('track', 'code', 'version'), name='tier_version_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('origin', 'unit'), name='account_once'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('available__gte', 0), ('debt__gte', 0), ('held__gte', 0), ('pending__gte', 0)), name='account_not_negative'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['account', 'id'], name='entry_of_account'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='entry_amount_positive'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('remaining__gt', 0)), fields=['account', 'expires_at', 'id'], name='lot_spendable'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('purchase__isnull', False)), fields=['purchase'], name='lot_of_purchase'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('available_at__isnull', False), ('is_pending', True), ('remaining__gt', 0)), fields=['available_at'], name='lot_maturing'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('expires_at__isnull', False), ('remaining__gt', 0)), fields=['expires_at'], name='lot_expiring'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('expired__gte', 0), ('remaining__gte', 0), ('reversed__gte', 0), ('remaining__lte', django.db.models.expressions.CombinedExpression(models.F('amount'), '-', models.F('expired'))), ('reversed__lte', models.F('amount'))), name='lot_remaining_in_range'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(fields=['tier', 'member'], name='standing_by_tier'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(fields=['version', 'member'], name='standing_by_version'),
        ),
        migrations.AddConstraint(
            model_name='standing',
            constraint=models.UniqueConstraint(fields=('member', 'track'), name='standing_once'),
        ),
    ]
