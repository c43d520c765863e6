"""Why a merge was made is kept in one form, whether one link made it or several."""

from django.db import migrations

ONE_FORM = """
UPDATE members_merge_log m SET evidence = jsonb_build_object(
    'moved', m.evidence -> 'moved',
    'links', CASE WHEN m.evidence ? 'link' THEN jsonb_build_array((m.evidence -> 'link') || jsonb_build_object(
        'proof', m.evidence -> 'proof', 'occurred_at', m.evidence -> 'occurred_at',
        'kinds', jsonb_build_array(
            (SELECT kind FROM members_identity WHERE id = (m.evidence -> 'link' ->> 'left')::bigint),
            (SELECT kind FROM members_identity WHERE id = (m.evidence -> 'link' ->> 'right')::bigint))
    )) ELSE coalesce(m.evidence -> 'links', '[]') END
)
WHERE m.evidence ? 'link' OR NOT m.evidence ? 'links'
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0005_untold")]
    operations = [migrations.RunSQL(ONE_FORM, migrations.RunSQL.noop)]
