import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('kind', models.TextField(default='other')),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ChannelRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.IntegerField()),
                ('utm_source', models.TextField(default='')),
                ('utm_medium', models.TextField(default='')),
                ('utm_campaign', models.TextField(default='')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='acquisition.channel')),
            ],
        ),
        migrations.CreateModel(
            name='Cost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_day', models.DateField()),
                ('to_day', models.DateField()),
                ('amount_minor', models.BigIntegerField()),
                ('note', models.TextField(default='')),
                ('entered_by', models.TextField()),
                ('entered_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='acquisition.channel')),
            ],
        ),
        migrations.CreateModel(
            name='Attribution',
            fields=[
                ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='members.member')),
                ('first_code', models.TextField(default='')),
                ('first_at', models.DateTimeField()),
                ('first_message', models.UUIDField()),
                ('last_code', models.TextField(default='')),
                ('last_at', models.DateTimeField()),
                ('last_message', models.UUIDField()),
                ('first_channel', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='acquisition.channel')),
                ('last_channel', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='acquisition.channel')),
            ],
            options={
                'indexes': [models.Index(fields=['first_channel', 'first_at'], name='attribution_by_channel')],
            },
        ),
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(default='')),
                ('occurred_at', models.DateTimeField()),
                ('message', models.UUIDField(unique=True)),
                ('identity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='members.identity')),
                ('channel', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='acquisition.channel')),
            ],
            options={
                'indexes': [models.Index(fields=['channel', 'occurred_at'], name='arrival_by_channel')],
            },
        ),
    ]
