from django.db import migrations


class Migration(migrations.Migration):
    """Balances change all the time and are in no index: room on their pages spares all indexes of the account."""

    dependencies = [("loyalty", "0002_membership")]

    operations = [
        migrations.RunSQL("ALTER TABLE loyalty_account SET (fillfactor = 80)", "ALTER TABLE loyalty_account RESET (fillfactor)"),
    ]
