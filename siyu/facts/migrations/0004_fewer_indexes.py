from django.db import migrations


class Migration(migrations.Migration):
    """Nobody looks for the beginning of a token; Django makes such an index for every text that is a key."""

    dependencies = [("facts", "0003_viewed")]

    operations = [migrations.RunSQL("DROP INDEX IF EXISTS facts_personal_token_e8bb3557_like", migrations.RunSQL.noop)]
