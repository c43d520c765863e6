import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('loyalty', '0001_initial'),
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('unit', models.TextField()),
                ('amount', models.BigIntegerField()),
                ('words', models.TextField()),
                ('ref', models.TextField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('asked_by_kind', models.TextField()),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('asked_by', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('state', models.TextField(default='waiting')),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_by', models.TextField(default='')),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.TextField(default='')),
            ],
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
                ('earned_at', models.DateTimeField()),
                ('state', models.TextField(default='waiting')),
                ('decided_by', models.TextField(default='')),
                ('decided_at', models.DateTimeField(null=True)),
                ('because', models.TextField(default='')),
            ],
        ),
        migrations.CreateModel(
            name='BudgetUse',
            fields=[
                ('pk', models.CompositePrimaryKey('rule_code', 'business_day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('rule_code', models.TextField()),
                ('business_day', models.DateField()),
                ('points', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('definition', models.JSONField()),
                ('updated_by', models.TextField()),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'loyalty_rule_draft',
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='MapNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.TextField(unique=True)),
                ('benefits', models.JSONField(default=list)),
                ('benefit', models.TextField(default='')),
                ('gesture', models.TextField(default='')),
                ('updated_by', models.TextField()),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Operation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('body', models.UUIDField()),
                ('kind', models.TextField()),
                ('unit', models.TextField()),
                ('amount', models.BigIntegerField()),
                ('until', models.DateTimeField(null=True)),
                ('actor_kind', models.TextField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.TextField()),
                ('because_kind', models.TextField()),
                ('because_ref', models.TextField()),
                ('because_words', models.TextField()),
                ('at', models.DateTimeField()),
                ('result', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='PaymentTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField(unique=True)),
                ('definition', models.JSONField()),
                ('from_day', models.DateField()),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'loyalty_payment_terms',
            },
        ),
        migrations.CreateModel(
            name='PointsPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop', models.TextField()),
                ('order_number', models.TextField()),
                ('hold_key', models.TextField(unique=True)),
                ('points', models.BigIntegerField()),
                ('worth_minor', models.BigIntegerField()),
                ('terms_version', models.IntegerField()),
                ('state', models.TextField(default='held')),
                ('given_back', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'loyalty_points_payment',
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_id', models.BigIntegerField(unique=True)),
                ('to_id', models.BigIntegerField(unique=True)),
                ('entries', models.IntegerField()),
                ('previous', models.BinaryField()),
                ('hash', models.BinaryField()),
                ('sealed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TierFloor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('track', models.TextField()),
                ('tier', models.TextField()),
                ('from_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('because', models.TextField()),
                ('given_by', models.TextField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_by', models.TextField(default='')),
                ('removed_because', models.TextField(default='')),
            ],
        ),
        migrations.CreateModel(
            name='TierGift',
            fields=[
                ('pk', models.CompositePrimaryKey('origin_id', 'track', 'tier', 'period', blank=True, editable=False, primary_key=True, serialize=False)),
                ('origin_id', models.BigIntegerField()),
                ('track', models.TextField()),
                ('tier', models.TextField()),
                ('period', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='TrackVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('track', models.TextField()),
                ('version', models.IntegerField()),
                ('name', models.TextField()),
                ('terms', models.JSONField(default=dict)),
                ('steps', models.JSONField(default=list)),
                ('from_day', models.DateField(null=True)),
                ('state', models.TextField(default='draft')),
                ('migration', models.TextField(default='at_once')),
                ('by_hand_at', models.DateTimeField(null=True)),
                ('judged_to', models.BigIntegerField(default=0)),
                ('opened_at', models.DateTimeField(null=True)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('announced_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('version', models.IntegerField()),
                ('kind', models.TextField()),
                ('name', models.TextField()),
                ('terms', models.JSONField()),
                ('from_day', models.DateField()),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='standing',
            name='standing_by_version',
        ),
        migrations.AddField(
            model_name='account',
            name='active_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='held',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='lot',
            name='is_sliding',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='lot',
            name='waived',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='standing',
            name='began_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='standing',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='standing',
            name='ends_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='standing',
            name='grace_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='standing',
            name='judged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='standing',
            name='own',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='tier',
            name='gifts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='tier',
            name='keep',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('active_until__isnull', False)), fields=['active_until'], name='account_sliding'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(fields=['track', 'version', 'member'], name='standing_by_track'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='standing_due'),
        ),
        migrations.AddField(
            model_name='adjustment',
            name='member',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='approval',
            name='lot',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loyalty.lot'),
        ),
        migrations.AddField(
            model_name='approval',
            name='rule',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='loyalty.earnrule'),
        ),
        migrations.AddField(
            model_name='hold',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='loyalty.account'),
        ),
        migrations.AddField(
            model_name='hold',
            name='lot',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='loyalty.lot'),
        ),
        migrations.AddField(
            model_name='operation',
            name='member',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='operation',
            name='of',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loyalty.operation'),
        ),
        migrations.AddField(
            model_name='hold',
            name='operation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='loyalty.operation'),
        ),
        migrations.AddField(
            model_name='entry',
            name='of',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loyalty.operation'),
        ),
        migrations.AddField(
            model_name='entry',
            name='operation',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='loyalty.operation'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('operation__isnull', False)), fields=['operation'], name='entry_of_operation'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('of__isnull', False)), fields=['of'], name='entry_moving_operation'),
        ),
        migrations.AddField(
            model_name='pointspayment',
            name='member',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='tierfloor',
            name='origin',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='tierfloor',
            name='owner',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddIndex(
            model_name='trackversion',
            index=models.Index(condition=models.Q(('opened_at', None), ('state', 'announced')), fields=['from_day'], name='track_opening'),
        ),
        migrations.AddConstraint(
            model_name='trackversion',
            constraint=models.UniqueConstraint(fields=('track', 'version'), name='track_version_once'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='unit_version_once'),
        ),
        migrations.AddIndex(
            model_name='adjustment',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['asked_at'], name='adjustment_waiting'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='adjustment_moves_something'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['earned_at', 'id'], name='approval_waiting'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['member', '-id'], name='operation_of_member'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='operation_amount_positive'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(fields=['until'], name='hold_timing_out'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(fields=('operation', 'lot'), name='hold_once'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='hold_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='pointspayment',
            constraint=models.UniqueConstraint(fields=('shop', 'order_number'), name='points_payment_once'),
        ),
    ]
