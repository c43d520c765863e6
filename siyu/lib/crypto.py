"""Personal values: encrypted at rest under a rotatable key, found by a keyed hash, masked on screen.

Keys live in `keys.json` of the home folder (0600): one lookup key for hashes, which never changes, and a list of
data keys, newest last. A ciphertext begins with its key's number, so old values stay readable while they are re-encrypted.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .home import home

_NONCE = 12


@lru_cache(maxsize=1)
def _keys() -> tuple[bytes, list[AESGCM]]:
    path = home() / "keys.json"
    try:
        stored = json.loads(path.read_text())
    except FileNotFoundError:
        stored = {"lookup": b64encode(secrets.token_bytes(32)).decode(), "data": [b64encode(secrets.token_bytes(32)).decode()]}
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(stored, file)
        except FileExistsError:
            stored = json.loads(path.read_text())
    return b64decode(stored["lookup"]), [AESGCM(b64decode(key)) for key in stored["data"]]


def rotate() -> int:
    """Add a new data key and return its number; `siyu rotate-keys` then re-encrypts what older keys wrote."""
    _keys()
    path = home() / "keys.json"
    stored = json.loads(path.read_text())
    stored["data"].append(b64encode(secrets.token_bytes(32)).decode())
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(stored, file)
    fresh.replace(path)
    _keys.cache_clear()
    return len(stored["data"]) - 1


def current_key() -> int:
    """The number of the key that new values are encrypted with."""
    return len(_keys()[1]) - 1


def encrypt(value: bytes) -> bytes:
    """Key number (1 byte), nonce (12), AES-256-GCM ciphertext and tag."""
    keys = _keys()[1]
    nonce = os.urandom(_NONCE)
    return bytes([len(keys) - 1]) + nonce + keys[-1].encrypt(nonce, value, None)


def decrypt(stored: bytes) -> bytes:
    """The value; raises `ValueError` when the key is missing or the bytes were changed."""
    stored = bytes(stored)
    if stored and stored[0] > current_key():  # another process has rotated the keys
        _keys.cache_clear()
    try:
        return _keys()[1][stored[0]].decrypt(stored[1 : 1 + _NONCE], stored[1 + _NONCE :], None)
    except (IndexError, InvalidTag) as error:
        raise ValueError("this value cannot be decrypted: keys.json does not hold its key, or the bytes were changed") from error


def encrypt_text(value: str) -> bytes:
    return encrypt(value.encode())


def decrypt_text(stored: bytes) -> str:
    return decrypt(stored).decode()


def lookup_hash(kind: str, value: str) -> UUID:
    """A keyed 128-bit hash by which an encrypted value is found without being read."""
    return UUID(bytes=lookup_digest(kind, value))


def lookup_digest(kind: str, value: str) -> bytes:
    """The bytes of `lookup_hash`."""
    return blake2b(f"{kind}\x00{value}".encode(), digest_size=16, key=_keys()[0]).digest()


def token(value: str, of: bytes) -> str:
    """What stands for a personal value in the log: the same value said of the same handle (its hash) always gives the same token."""
    material = of + value.encode()
    return "tok_" + urlsafe_b64encode(blake2b(material, digest_size=12, key=_keys()[0], person=b"token").digest()).decode()


def mask(kind: str, value: str) -> str:
    """How a personal value shows to those who may not read it: `138****5678`, `z***@example.com`, `张**`."""
    if kind == "phone":
        return f"{value[:-8]}****{value[-4:]}" if len(value) >= 9 else "****"
    if kind == "email":
        name, _, host = value.partition("@")
        return f"{name[:1]}***@{host}"
    return value[:1] + "*" * min(max(len(value) - 1, 2), 6)
