import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0001_initial'),
        ('touches', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Arm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.SmallIntegerField()),
                ('weight', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('walked_to', models.BigIntegerField(default=0)),
                ('is_walked', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('pk', models.CompositePrimaryKey('send_id', 'arm', 'member_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('send_id', models.BigIntegerField()),
                ('arm', models.SmallIntegerField()),
                ('member_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'touches_head',
            },
        ),
        migrations.CreateModel(
            name='Send',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('audience_id', models.BigIntegerField()),
                ('audience_name', models.TextField()),
                ('status', models.TextField(default='draft')),
                ('salt', models.TextField()),
                ('control_share', models.IntegerField(default=0)),
                ('per_hour', models.IntegerField(null=True)),
                ('priority', models.SmallIntegerField(default=0)),
                ('until', models.DateTimeField(null=True)),
                ('window_days', models.SmallIntegerField(default=7)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('size', models.IntegerField(default=0)),
                ('hour_from', models.DateTimeField(null=True)),
                ('hour_count', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Sop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('version', models.IntegerField()),
                ('name', models.TextField()),
                ('starts_on', models.TextField()),
                ('exits', models.JSONField(default=list)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SopStand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('day', models.SmallIntegerField()),
                ('due_at', models.DateTimeField()),
                ('state', models.TextField(default='waiting')),
            ],
        ),
        migrations.CreateModel(
            name='SopStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.SmallIntegerField()),
                ('at', models.TimeField()),
                ('keep_days', models.SmallIntegerField(default=1)),
                ('template_code', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='StaffTask',
            fields=[
                ('touch', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='touches.touch')),
                ('kind', models.TextField()),
                ('due_at', models.DateTimeField()),
                ('words', models.BinaryField(default=b'')),
                ('state', models.TextField(default='open')),
                ('result', models.TextField(default='')),
                ('note', models.BinaryField(default=b'')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.TextField(default='')),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='inbound_token',
            field=models.TextField(default=''),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(condition=models.Q(('claimed_at', None), ('status', 'asked')), fields=['at'], name='touch_asked'),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(fields=['-wanted_at', '-id'], name='touch_newest'),
        ),
        migrations.AddField(
            model_name='arm',
            name='template',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='touches.template'),
        ),
        migrations.AddIndex(
            model_name='send',
            index=models.Index(condition=models.Q(('status__in', ['scheduled', 'running'])), fields=['status'], name='send_under_way'),
        ),
        migrations.AddIndex(
            model_name='send',
            index=models.Index(fields=['-created_at', '-id'], name='send_newest'),
        ),
        migrations.AddField(
            model_name='arm',
            name='send',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='arms', to='touches.send'),
        ),
        migrations.AddConstraint(
            model_name='sop',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='sop_version_once'),
        ),
        migrations.AddField(
            model_name='sopstand',
            name='member',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='sopstand',
            name='origin',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddField(
            model_name='sopstep',
            name='sop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='touches.sop'),
        ),
        migrations.AddField(
            model_name='sopstand',
            name='step',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='touches.sopstep'),
        ),
        migrations.AddField(
            model_name='stafftask',
            name='assistant',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stafftask',
            name='member',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member'),
        ),
        migrations.AddConstraint(
            model_name='arm',
            constraint=models.UniqueConstraint(fields=('send', 'number'), name='arm_number_once'),
        ),
        migrations.AddConstraint(
            model_name='sopstep',
            constraint=models.UniqueConstraint(fields=('sop', 'day'), name='sop_day_once'),
        ),
        migrations.AddIndex(
            model_name='sopstand',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='sop_due'),
        ),
        migrations.AddIndex(
            model_name='sopstand',
            index=models.Index(fields=['member', 'code'], name='sop_of_member'),
        ),
        migrations.AddConstraint(
            model_name='sopstand',
            constraint=models.UniqueConstraint(fields=('code', 'origin', 'day'), name='sop_step_once'),
        ),
        migrations.AddIndex(
            model_name='stafftask',
            index=models.Index(fields=['assistant', 'state', 'due_at'], name='task_of_assistant'),
        ),
        migrations.AddIndex(
            model_name='stafftask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['due_at'], name='task_due'),
        ),
        migrations.AddIndex(
            model_name='stafftask',
            index=models.Index(fields=['member', 'state'], name='task_of_member'),
        ),
        migrations.AddIndex(
            model_name='stafftask',
            index=models.Index(fields=['opened_at'], name='task_opened'),
        ),
    ]
