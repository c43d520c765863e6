"""The log and the memory of seen messages: partitioned, so plain SQL."""

from django.db import migrations

LOG = """
CREATE SEQUENCE facts_id;
CREATE TABLE facts_log (
    id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    business_day date NOT NULL,
    name text NOT NULL,
    source_id smallint NOT NULL,
    identity_id bigint,
    message uuid NOT NULL,
    properties jsonb NOT NULL,
    cause_id bigint,
    depth smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX facts_log_of_identity ON facts_log (identity_id, occurred_at);
CREATE TABLE facts_log_default PARTITION OF facts_log DEFAULT;
"""

SEEN = """
CREATE TABLE facts_seen (
    epoch int NOT NULL,
    message uuid NOT NULL,
    received_day date NOT NULL,
    PRIMARY KEY (epoch, message)
) PARTITION BY RANGE (epoch);
CREATE TABLE facts_seen_default PARTITION OF facts_seen DEFAULT;
CREATE TABLE facts_natural (key uuid PRIMARY KEY);
"""


class Migration(migrations.Migration):
    dependencies = [("facts", "0001_initial")]
    operations = [
        migrations.RunSQL(LOG, "DROP TABLE facts_log; DROP SEQUENCE facts_id"),
        migrations.RunSQL(SEEN, "DROP TABLE facts_seen; DROP TABLE facts_natural"),
        migrations.RunSQL(
            "INSERT INTO facts_pump (clock, stopped_code, stopped_because, quarantined, repeated) VALUES ('1970-01-01Z', '', '', 0, 0)",
            migrations.RunSQL.noop,
        ),
    ]
