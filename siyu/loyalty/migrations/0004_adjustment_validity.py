from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_room_for_balances")]

    operations = [
        migrations.AddField("adjustment", "validity", models.JSONField(default=dict)),
    ]
