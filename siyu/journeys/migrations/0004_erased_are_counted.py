from django.db import migrations

ERASED = """
INSERT INTO journeys_count AS c (version_id, step, way, business_day, passed)
SELECT version_id, '', 'left', (ended_at AT TIME ZONE 'UTC')::date, count(*)
FROM journeys_enrolment WHERE status = 'left' AND why = 'erased' GROUP BY version_id, 4
ON CONFLICT (version_id, step, way, business_day) DO UPDATE SET passed = c.passed + EXCLUDED.passed
"""


class Migration(migrations.Migration):
    """Whoever was erased under way has left, and was not counted so."""

    dependencies = [("journeys", "0003_rows_without_checks")]

    operations = [migrations.RunSQL(ERASED, migrations.RunSQL.noop)]
