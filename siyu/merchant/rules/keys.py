"""What a key looks like and what is kept of it."""

from hashlib import sha256

KEY_PREFIXES = {"write": "siyu_w_", "api": "siyu_k_"}


def key_hash(plain: str) -> bytes:
    """What is stored of a key (`merchant_key.hash`). The ingest endpoint looks keys up by it over its own connection."""
    return sha256(plain.encode()).digest()  # a key is 32 random characters: nothing slower or keyed is needed
