from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='BirthdayChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.UUIDField(db_index=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Copy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('handle', models.UUIDField(db_index=True)),
                ('state', models.TextField(default='waiting')),
                ('asked_at', models.DateTimeField()),
                ('ready_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(db_index=True, null=True)),
                ('bytes', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.UUIDField(unique=True)),
                ('handle', models.UUIDField(db_index=True)),
                ('purpose', models.TextField()),
                ('target', models.TextField(default='')),
                ('made_by', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_hash', models.UUIDField(unique=True)),
                ('handle', models.UUIDField(db_index=True)),
                ('way', models.TextField()),
                ('device', models.TextField(default='')),
                ('opened_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('challenge', models.UUIDField(unique=True)),
                ('handle', models.UUIDField()),
                ('kind', models.TextField()),
                ('value', models.BinaryField()),
                ('code_hash', models.UUIDField()),
                ('address_hash', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('attempts', models.IntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
                ('joined_at', models.DateTimeField(null=True)),
                ('shown', models.BinaryField(default=b'')),
            ],
            options={
                'indexes': [models.Index(fields=['handle', 'asked_at'], name='code_by_handle'), models.Index(fields=['address_hash', 'asked_at'], name='code_by_address'), models.Index(fields=['asked_at'], name='code_oldest')],
            },
        ),
        migrations.CreateModel(
            name='Farewell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.UUIDField(db_index=True)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None), ('withdrawn_at', None)), fields=['due_at'], name='farewell_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at', None), ('withdrawn_at', None)), fields=('handle',), name='farewell_open_once')],
            },
        ),
    ]
