"""The one folder that holds an installation's state: database, keys, static files, uploads."""

import os
import secrets
from pathlib import Path


def home() -> Path:
    """`SIYU_HOME`, or `.siyu` beside where the program is started; made on first use, closed to other users."""
    folder = Path(os.environ.get("SIYU_HOME") or ".siyu").expanduser().resolve()
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o711)
    return folder


def secret_key(name: str = "secret.key") -> str:
    """A random key kept in the home folder, readable by its owner only (0600); made on first use."""
    path = home() / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        value = secrets.token_urlsafe(48)
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(value + "\n")
        except FileExistsError:  # another process was first
            return path.read_text().strip()
        return value
