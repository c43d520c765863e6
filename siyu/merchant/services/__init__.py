"""The writers of the ground: each verb is one transaction, or part of the caller's, and leaves one audit row."""

from ..rules import key_hash
from .audit import audit
from .keys import create_key, mark_key_used, revoke_key
from .organisation import ensure_shops, ensure_stores

__all__ = ["audit", "create_key", "ensure_shops", "ensure_stores", "key_hash", "mark_key_used", "revoke_key"]
