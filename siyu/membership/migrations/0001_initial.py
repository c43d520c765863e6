from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Benefit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('version', models.IntegerField()),
                ('kind', models.TextField()),
                ('name', models.TextField()),
                ('definition', models.JSONField()),
                ('from_day', models.DateField()),
                ('until_day', models.DateField(null=True)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('archived_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='benefit_version_once')],
            },
        ),
    ]
