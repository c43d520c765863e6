import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Touch',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.TextField(unique=True)),
                ('medium', models.TextField()),
                ('purpose', models.TextField()),
                ('values', models.JSONField(default=dict)),
                ('source', models.TextField()),
                ('arm', models.TextField(default='')),
                ('priority', models.SmallIntegerField(default=0)),
                ('status', models.TextField()),
                ('why', models.TextField(default='')),
                ('detail', models.TextField(default='')),
                ('wanted_at', models.DateTimeField()),
                ('at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('receipt', models.TextField(default='')),
                ('delivered_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('clicked_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('origin', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('version', models.IntegerField()),
                ('name', models.TextField()),
                ('medium', models.TextField()),
                ('purpose', models.TextField()),
                ('variants', models.JSONField()),
                ('provider_template', models.TextField(default='')),
                ('provider_values', models.JSONField(default=list)),
                ('counts_links', models.BooleanField(default=True)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('channel', models.TextField()),
                ('medium', models.TextField()),
                ('name', models.TextField()),
                ('settings', models.JSONField(default=dict)),
                ('secrets', models.BinaryField(null=True)),
                ('per_minute', models.IntegerField(default=600)),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('per_minute__gte', 1)), name='account_has_a_pace'), models.UniqueConstraint(condition=models.Q(('archived_at', None)), fields=('medium',), name='account_of_medium')],
            },
        ),
        migrations.CreateModel(
            name='BadAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('medium', models.TextField()),
                ('because', models.TextField()),
                ('at', models.DateTimeField()),
                ('identity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='members.identity')),
            ],
        ),
        migrations.CreateModel(
            name='InboxMessage',
            fields=[
                ('touch', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='touches.touch')),
                ('words', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('token', models.TextField(primary_key=True, serialize=False)),
                ('url', models.TextField()),
                ('clicks', models.IntegerField(default=0)),
                ('touch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='touches.touch')),
            ],
        ),
        migrations.AddField(
            model_name='touch',
            name='template',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to='touches.template'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='template_version_once'),
        ),
        migrations.AddConstraint(
            model_name='badaddress',
            constraint=models.UniqueConstraint(fields=('identity', 'medium'), name='bad_address_once'),
        ),
        migrations.AddField(
            model_name='inboxmessage',
            name='member',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(condition=models.Q(('status', 'reserved')), fields=['medium', 'at'], name='touch_due'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(condition=models.Q(('status', 'sending')), fields=['claimed_at'], name='touch_being_sent'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(condition=models.Q(('status__in', ('reserved', 'sending', 'sent', 'unknown', 'asked'))), fields=['member', 'at'], name='touch_fills_caps'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(fields=['member', 'created_at'], name='touch_of_member'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(fields=['source', 'status'], name='touch_of_source'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(condition=models.Q(('receipt', ''), _negated=True), fields=['receipt'], name='touch_of_receipt'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(condition=models.Q(('sent_at__isnull', False)), fields=['medium', 'sent_at'], name='touch_sent'),
        ),
        migrations.AddIndex(
            model_name='inboxmessage',
            index=models.Index(fields=['member', 'at'], name='inbox_of_member'),
        ),
    ]
