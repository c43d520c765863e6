import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Shop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('kind', models.TextField(default='online')),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('subject', models.TextField(default='')),
                ('message', models.TextField()),
                ('raised_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(null=True)),
                ('cleared_by', models.TextField(default='')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('code', 'subject'), name='alarm_open_once')],
            },
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor_kind', models.TextField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.TextField()),
                ('verb', models.TextField()),
                ('subject', models.TextField()),
                ('because', models.TextField(default='')),
                ('detail', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['actor_name', '-id'], name='audit_of_actor'), models.Index(fields=['subject', '-id'], name='audit_of_subject')],
            },
        ),
        migrations.CreateModel(
            name='Key',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('name', models.TextField()),
                ('hash', models.BinaryField(unique=True)),
                ('tail', models.TextField()),
                ('source', models.TextField(default='')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('last_used_day', models.DateField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='key_name_once')],
            },
        ),
        migrations.CreateModel(
            name='LoginAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('username_hash', models.UUIDField()),
                ('address_hash', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['username_hash', 'at'], name='login_by_name'), models.Index(fields=['address_hash', 'at'], name='login_by_address')],
            },
        ),
        migrations.CreateModel(
            name='SettingValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('value', models.JSONField()),
                ('effective_day', models.DateField()),
                ('set_by', models.TextField()),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'effective_day'), name='setting_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Store',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('archived_at', models.DateTimeField(null=True)),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='merchant.region')),
            ],
        ),
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('role', models.TextField(choices=[('owner', 'owner'), ('operator', 'operator'), ('analyst', 'analyst'), ('customer_service', 'customer_service'), ('store_manager', 'store_manager'), ('shop_assistant', 'shop_assistant'), ('finance', 'finance')])),
                ('reach', models.TextField(choices=[('all', 'all'), ('region', 'region'), ('store', 'store'), ('own', 'own')])),
                ('language', models.TextField(default='zh-hans')),
                ('theme', models.TextField(default='light')),
                ('archived_at', models.DateTimeField(null=True)),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='merchant.region')),
                ('store', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='merchant.store')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
