import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Audience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('description', models.TextField(default='')),
                ('version', models.IntegerField(default=0)),
                ('next_version', models.IntegerField(null=True)),
                ('tells_change', models.BooleanField(default=False)),
                ('zone', models.TextField(default='')),
                ('size', models.BigIntegerField(default=0)),
                ('tag', models.TextField(default='')),
                ('computed_at', models.DateTimeField(null=True)),
                ('fault', models.TextField(default='')),
                ('key', models.TextField(null=True, unique=True)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Dirty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member_id', models.BigIntegerField()),
                ('marked_at', models.DateTimeField()),
                ('because', models.TextField(default='change')),
            ],
            options={
                'db_table': 'audiences_dirty',
            },
        ),
        migrations.CreateModel(
            name='List',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('lines', models.IntegerField(default=0)),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('taken_at', models.DateTimeField()),
                ('taken_by', models.TextField()),
                ('buyers', models.BigIntegerField()),
                ('recency', models.JSONField()),
                ('frequency', models.JSONField()),
                ('monetary', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('filter', models.JSONField(default=dict)),
                ('defined_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Daily',
            fields=[
                ('pk', models.CompositePrimaryKey('audience_id', 'business_day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('business_day', models.DateField()),
                ('size', models.BigIntegerField()),
                ('entered', models.BigIntegerField(default=0)),
                ('went', models.BigIntegerField(default=0)),
                ('audience', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audiences.audience')),
            ],
            options={
                'db_table': 'audiences_daily',
            },
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.member')),
                ('due_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'audiences_due',
                'indexes': [models.Index(fields=['due_at', 'member'], name='audience_due')],
            },
        ),
        migrations.CreateModel(
            name='Listed',
            fields=[
                ('pk', models.CompositePrimaryKey('identity_id', 'list_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('identity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.identity')),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audiences.list')),
            ],
        ),
        migrations.AddField(
            model_name='audience',
            name='snapshot',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='audiences.snapshot'),
        ),
        migrations.CreateModel(
            name='TraitDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('message', models.UUIDField()),
                ('day', models.DateField(null=True)),
                ('month', models.SmallIntegerField()),
                ('day_of_month', models.SmallIntegerField()),
                ('identity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.identity')),
            ],
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('rule', models.JSONField()),
                ('made_by', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('because', models.TextField(default='')),
                ('audience', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audiences.audience')),
            ],
        ),
        migrations.CreateModel(
            name='Moment',
            fields=[
                ('pk', models.CompositePrimaryKey('identity_id', 'watch_id', 'occurred_at', 'fact_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('identity_id', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('business_day', models.DateField()),
                ('fact_id', models.BigIntegerField()),
                ('watch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audiences.watch')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('pk', models.CompositePrimaryKey('member_id', 'audience_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
                ('audience', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audiences.audience')),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
            ],
            options={
                'indexes': [models.Index(fields=['audience', 'member'], name='membership_of_audience')],
            },
        ),
        migrations.AddConstraint(
            model_name='audience',
            constraint=models.UniqueConstraint(condition=models.Q(('archived_at', None)), fields=('name',), name='audience_name_once'),
        ),
        migrations.AddConstraint(
            model_name='traitdate',
            constraint=models.UniqueConstraint(fields=('identity', 'name'), name='trait_date_once'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(fields=('audience', 'number'), name='audience_version_once'),
        ),
    ]
