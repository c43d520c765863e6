"""The one folder that holds an installation's state: database, keys, static files, uploads."""

import os
import secrets
from pathlib import Path

from .refusal import Refusal


def home() -> Path:
    """`SIYU_HOME`, or `.siyu` beside where the program is started; made on first use, closed to other users.

    Refuses with `home.folder` when the path is taken by a file, `home.unwritable` when it cannot be made or written.
    """
    folder = Path(os.environ.get("SIYU_HOME") or ".siyu").expanduser().resolve()
    if folder.is_dir():
        return folder
    try:
        folder.mkdir(parents=True, mode=0o711)
    except (FileExistsError, NotADirectoryError) as error:
        raise Refusal("home.folder", f"{folder} is not a folder; set SIYU_HOME to one") from error
    except PermissionError as error:
        raise Refusal("home.unwritable", f"{folder} cannot be made; set SIYU_HOME to a folder of your own") from error
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
