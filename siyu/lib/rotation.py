"""Re-encrypting what older keys wrote: column by column, in small transactions, while everything goes on."""

from typing import LiteralString

from django.db import connection, transaction

from .crypto import current_key, decrypt, encrypt

PORTION = 2_000  # rows of one transaction


def reencrypt(select: LiteralString, update: LiteralString) -> int:
    """Write every value that an older key encrypted anew; returns how many.

    `select` gives at most `%(limit)s` rows of (id, value) whose first byte is not `%(key)s`, locked;
    `update` takes `%(ids)s` and `%(values)s`.
    """
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(select, {"key": current_key(), "limit": PORTION})
            rows = cursor.fetchall()
            if not rows:
                return done
            cursor.execute(update, {"ids": [number for number, _ in rows], "values": [encrypt(decrypt(value)) for _, value in rows]})
            done += len(rows)
