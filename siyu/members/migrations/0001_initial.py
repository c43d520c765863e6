import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('facts', '0001_initial'),
        ('merchant', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('hash', models.UUIDField(unique=True)),
                ('value', models.BinaryField()),
                ('tail_hash', models.UUIDField(null=True)),
                ('first_seen', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.TextField(unique=True)),
                ('is_identified', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('nickname', models.TextField(default='')),
                ('assistant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.member')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facts.source')),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='merchant.store')),
            ],
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('colour', models.TextField(default='blue')),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.TextField()),
                ('channel', models.TextField()),
                ('is_given', models.BooleanField()),
                ('occurred_at', models.DateTimeField()),
                ('proof', models.TextField()),
                ('message', models.UUIDField(unique=True)),
                ('identity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='members.identity')),
            ],
        ),
        migrations.AddField(
            model_name='identity',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='members.member'),
        ),
        migrations.AddField(
            model_name='identity',
            name='origin',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occurred_at', models.DateTimeField()),
                ('message', models.UUIDField()),
                ('proof', models.TextField()),
                ('state', models.TextField(default='joined')),
                ('left', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.identity')),
                ('right', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.identity')),
            ],
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merged_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('because', models.TextField()),
                ('evidence', models.JSONField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.TextField(default='')),
                ('undone_because', models.TextField(default='')),
                ('loser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
            ],
            options={
                'db_table': 'members_merge_log',
            },
        ),
        migrations.CreateModel(
            name='Tagging',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.TextField()),
                ('at', models.DateTimeField()),
                ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='members.member')),
                ('tag', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='members.tag')),
                ('via_merge', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='members.merge')),
            ],
        ),
        migrations.CreateModel(
            name='Trait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('value', models.JSONField()),
                ('occurred_at', models.DateTimeField()),
                ('message', models.UUIDField()),
                ('identity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='members.identity')),
            ],
        ),
        migrations.CreateModel(
            name='Lifecycle',
            fields=[
                ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='members.member')),
                ('pool_joined_at', models.DateTimeField(null=True)),
                ('pool_channel', models.TextField(default='')),
                ('pool_stage', models.TextField(default='')),
                ('first_bought_at', models.DateTimeField(null=True)),
                ('last_bought_at', models.DateTimeField(null=True)),
                ('purchases', models.IntegerField(default=0)),
                ('activity', models.TextField(default='')),
                ('rungs', models.IntegerField(default=0)),
                ('rung', models.TextField(default='')),
                ('due_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at', 'member'], name='lifecycle_due')],
            },
        ),
        migrations.CreateModel(
            name='Rollup',
            fields=[
                ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='members.member')),
                ('first_seen', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('last_seen_day', models.DateField()),
                ('facts', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['last_seen_day', 'member'], name='rollup_newest')],
            },
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('is_identified', True), ('merged_into', None)), fields=['id'], name='member_people'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('merged_into', None), models.Q(('nickname', ''), _negated=True)), fields=['nickname', 'id'], name='member_nickname', opclasses=['text_pattern_ops', 'int8_ops']),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('merged_into', None)), fields=['source', 'id'], name='member_of_source'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='member_merged'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(condition=models.Q(('tail_hash__isnull', False)), fields=['tail_hash'], name='identity_tail'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(condition=models.Q(('state', 'joined'), _negated=True), fields=['state'], name='link_not_joined'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('left', 'right'), name='link_once'),
        ),
        migrations.AddConstraint(
            model_name='tagging',
            constraint=models.UniqueConstraint(fields=('member', 'tag'), name='tagging_once'),
        ),
        migrations.AddConstraint(
            model_name='trait',
            constraint=models.UniqueConstraint(fields=('identity', 'name'), name='trait_once'),
        ),
    ]
