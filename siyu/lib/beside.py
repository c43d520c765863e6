"""A second connection that only reads: what a transaction has not written reads the same there, and need not wait for what it writes.

Every statement of a transaction sees what others committed before it began (READ COMMITTED), wherever it is asked; what the
transaction itself wrote, and what it holds locked, it alone may ask for. `lane.Lane` knows which tables it has written.
"""

import re
from functools import lru_cache
from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

_PROSE = re.compile(r"^(?:\s*--[^\n]*\n)*\s*")
_READS = ("SELECT", "WITH")
# what changes or locks something, or answers of its own session
_MORE = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|SHARE|nextval|setval|currval|pg_\w+|set_config|current_setting|txid_\w+)\b")
PREPARED = 1_000  # statements whose plans are kept
_readers: WeakKeyDictionary[Connection, Connection] = WeakKeyDictionary()


def reader_of(connection: Connection) -> Connection:
    """The connection that reads beside this one, in the same database as the same user; it ends with it."""
    found = _readers.get(connection)
    if found is None or found.closed:
        info = connection.info
        found = psycopg.connect(make_conninfo(**info.get_parameters(), password=info.password), autocommit=True)
        found.execute("SET default_transaction_read_only = on")
        found.prepare_threshold, found.prepared_max = connection.prepare_threshold, PREPARED
        _readers[connection] = found
    return found


@lru_cache(maxsize=2_000)
def only_reads(query: str) -> bool:
    """Whether a statement asks, and does nothing else."""
    text = _PROSE.sub("", query, count=1)
    return text.startswith(_READS) and _MORE.search(text) is None
