"""What a statement does, read off its text: which tables it names, whether it gives an answer, whether it does nothing but ask."""

import re
from functools import lru_cache

from django.apps import apps

_PROSE = re.compile(r"^(?:\s*--[^\n]*\n)*\s*")
_READS, _WRITES = ("SELECT", "WITH"), ("INSERT", "UPDATE", "DELETE")
_TARGET = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+(\w+)")
_LOCKS = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b")
# what changes or locks something, or answers of its own session
_MORE = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|SHARE|nextval|setval|currval|pg_\w+|set_config|current_setting|txid_\w+)\b")
_SERIES = re.compile(r" FROM (?:generate_series|\(SELECT nextval)\(")
KNOWN = 2_000  # statements, by their texts


@lru_cache(maxsize=KNOWN)
def tables_of(query: str) -> frozenset[str]:
    """The tables that a statement names: the words that begin with a room's name."""
    return frozenset(_table().findall(query))


@lru_cache(maxsize=KNOWN)
def changed_by(query: str) -> frozenset[str]:
    """The tables that a statement may change: of one that says what it changes and then only reads, that one; else all that it names."""
    told = _told(query)
    target = _TARGET.match(told)
    if target is not None and _MORE.search(told.replace("DO UPDATE", ""), target.end()) is None:
        return tables_of(target[1]) or tables_of(query)
    return tables_of(query)


@lru_cache(maxsize=KNOWN)
def is_awaited(query: str) -> bool:
    """Whether it gives an answer."""
    return not _told(query).startswith(_WRITES) or "RETURNING" in query


@lru_cache(maxsize=KNOWN)
def only_reads(query: str) -> bool:
    """Whether it asks, and does nothing else."""
    text = _told(query)
    return text.startswith(_READS) and _MORE.search(text) is None


@lru_cache(maxsize=KNOWN)
def only_locks(query: str) -> bool:
    """Whether it asks for rows and locks them, and does nothing else: they stay as they were committed."""
    text = _told(query)
    return text.startswith("SELECT") and _LOCKS.search(text) is not None and _MORE.search(_LOCKS.sub("", text)) is None


@lru_cache(maxsize=KNOWN)
def only_draws(query: str) -> bool:
    """Whether it draws numbers from sequences, and does nothing else: they are drawn whatever becomes of the transaction."""
    text = _told(query)
    return "nextval(" in text and _MORE.search(text.replace("nextval", "")) is None and "FROM" not in _SERIES.sub("", text)


@lru_cache(maxsize=KNOWN)
def is_change(query: str) -> bool:
    """Whether it changes rows of one table only, so that one that finds none changes nothing."""
    return _told(query).startswith(_WRITES)


def _told(query: str) -> str:
    """The statement without the prose above it."""
    return _PROSE.sub("", query, count=1)


@lru_cache(maxsize=1)
def _table() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(app.label for app in apps.get_app_configs())})_[a-z0-9_]+")
