import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LoggedFact',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('business_day', models.DateField()),
                ('name', models.TextField()),
                ('source_id', models.SmallIntegerField()),
                ('identity_id', models.BigIntegerField(null=True)),
                ('message', models.UUIDField()),
                ('properties', models.JSONField()),
                ('cause_id', models.BigIntegerField(null=True)),
                ('depth', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'facts_log',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('filter', models.JSONField(default=dict)),
                ('defined_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'facts_counter',
            },
        ),
        migrations.CreateModel(
            name='PumpState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clock', models.DateTimeField()),
                ('beat_at', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_code', models.TextField(default='')),
                ('stopped_because', models.TextField(default='')),
                ('quarantined', models.BigIntegerField(default=0)),
                ('repeated', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'facts_pump',
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('title', models.TextField(default='')),
                ('badge', models.TextField(default='')),
            ],
        ),
        migrations.CreateModel(
            name='CounterDay',
            fields=[
                ('pk', models.CompositePrimaryKey('identity_id', 'counter_id', 'business_day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('identity_id', models.BigIntegerField()),
                ('business_day', models.DateField()),
                ('times', models.IntegerField()),
                ('counter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='facts.counter')),
            ],
            options={
                'db_table': 'facts_counter_day',
            },
        ),
        migrations.CreateModel(
            name='Personal',
            fields=[
                ('token', models.TextField(primary_key=True, serialize=False)),
                ('handle', models.UUIDField(null=True)),
                ('kind', models.TextField()),
                ('value', models.BinaryField()),
            ],
            options={
                'db_table': 'facts_personal',
                'indexes': [models.Index(fields=['handle'], name='personal_of_handle')],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('file_name', models.TextField()),
                ('file_hash', models.UUIDField()),
                ('reading', models.JSONField()),
                ('rows', models.BigIntegerField(null=True)),
                ('rows_done', models.BigIntegerField(default=0)),
                ('facts', models.BigIntegerField(default=0)),
                ('rejected', models.BigIntegerField(default=0)),
                ('destinations', models.JSONField(default=dict)),
                ('status', models.TextField(default='running')),
                ('because', models.TextField(default='')),
                ('started_by', models.TextField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
            ],
        ),
        migrations.CreateModel(
            name='Envelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('form', models.CharField(max_length=1)),
                ('messages', models.IntegerField()),
                ('done', models.IntegerField(default=0)),
                ('payload', models.BinaryField()),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
            ],
            options={
                'db_table': 'facts_inbox',
            },
        ),
        migrations.CreateModel(
            name='Daily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_day', models.DateField()),
                ('name', models.TextField()),
                ('facts', models.BigIntegerField()),
                ('source', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
            ],
            options={
                'db_table': 'facts_daily',
            },
        ),
        migrations.CreateModel(
            name='ImportReject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.BigIntegerField()),
                ('code', models.TextField()),
                ('because', models.TextField()),
                ('line', models.BinaryField()),
                ('of_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='facts.import')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('of_import', 'row', 'code'), name='import_reject_once')],
            },
        ),
        migrations.CreateModel(
            name='Quarantined',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('form', models.CharField(max_length=1)),
                ('code', models.TextField()),
                ('because', models.TextField()),
                ('name', models.TextField(default='')),
                ('message', models.UUIDField()),
                ('payload', models.BinaryField()),
                ('replayed_at', models.DateTimeField(null=True)),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='facts.source')),
            ],
            options={
                'db_table': 'facts_quarantine',
                'indexes': [models.Index(condition=models.Q(('dismissed_at', None), ('replayed_at', None)), fields=['-id'], name='quarantine_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('dismissed_at', None), ('replayed_at', None)), fields=('message',), name='quarantine_open_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.UniqueConstraint(fields=('kind', 'file_hash', 'source'), name='import_once'),
        ),
        migrations.AddConstraint(
            model_name='daily',
            constraint=models.UniqueConstraint(fields=('business_day', 'name', 'source'), name='daily_once'),
        ),
    ]
