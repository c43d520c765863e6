"""Connections that only read: what a transaction has not written reads the same there, and need not wait for what it writes.

Every statement of a transaction sees what others committed before it began (READ COMMITTED), wherever it is asked, and what the
transaction has locked nobody changes meanwhile; what it wrote it alone may ask for. `lane.Lane` knows which tables it has written.
"""

from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

_readers: WeakKeyDictionary[Connection, dict[str, Connection]] = WeakKeyDictionary()


def reader_of(connection: Connection, use: str = "now") -> Connection:
    """The connection that reads beside this one, in the same database as the same user; it ends with it. One for each use."""
    own = _readers.setdefault(connection, {})
    found = own.get(use)
    if found is None or found.closed:
        info = connection.info
        found = psycopg.connect(make_conninfo(**info.get_parameters(), password=info.password), autocommit=True)
        found.execute("SET default_transaction_read_only = on")
        found.prepare_threshold, found.prepared_max = connection.prepare_threshold, connection.prepared_max
        own[use] = found
    return found


def dismiss_readers(connection: Connection) -> None:
    """Close the connections that read beside this one: with them go the plans that they kept."""
    for reader in _readers.pop(connection, {}).values():
        reader.close()
