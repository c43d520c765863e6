"""The data folder: made whole or not at all, of our version, with our options, and with a socket that only its user can reach."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import psutil

from ..refusal import Refusal
from .programs import SYSTEM_USER, binaries, ensure_system_user, run, version

LEAST_FREE_BYTES = 256 * 1024**2
SOCKET = ".s.PGSQL.5432"
INITIALISE_TIMEOUT_S = 300
LONGEST_SOCKET_PATH = 103  # sun_path holds 104 bytes on macOS, 108 on Linux, one of them the final zero


def require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise Refusal("disk.full", f"only {free // 1024**2} MB are free in {folder}; free some space or set SIYU_HOME to a larger disk")


def require_same_version(folder: Path) -> None:
    try:
        found = (folder / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    if found != str(version()):
        raise Refusal(
            "database.folder_version",
            f"{folder} was made by PostgreSQL {found}, this siyu brings {version()}; dump it with the siyu that made it, move the folder "
            "away and restore (docs/operate.md, Upgrade)",
        )


def initialise(folder: Path) -> None:
    """Make the data folder beside its place and move it there, so that a crash on the way leaves no half of one."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if os.geteuid() == 0:
        _open_the_way(fresh)
        shutil.chown(fresh, SYSTEM_USER)
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    log_in = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    result = run("initdb", "-D", str(fresh), *locale, *log_in, timeout=INITIALISE_TIMEOUT_S)
    if result:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Refusal("database.start", f"the database folder {folder} could not be made ({result})")
    if folder.exists():
        folder.rmdir()  # an empty one
    fresh.rename(folder)


def clear_remains(folder: Path) -> None:
    """After a kill: wait for the dead server's children to go, then drop its lock files, whose number may belong to another program now."""
    if not (folder / "postmaster.pid").exists():
        return
    orphans = [p for p in psutil.process_iter(["name", "cwd"]) if p.info["name"] == "postgres" and p.info["cwd"] == str(folder)]
    for orphan in psutil.wait_procs(orphans, timeout=10)[1]:
        orphan.kill()
    psutil.wait_procs(orphans, timeout=5)
    for lock in (folder / "postmaster.pid", socket_folder(folder) / SOCKET, socket_folder(folder) / f"{SOCKET}.lock"):
        lock.unlink(missing_ok=True)


def configure(folder: Path, options: dict[str, str]) -> None:
    """Write our options to a file of their own, read after `postgresql.conf` and before what `ALTER SYSTEM` set."""
    options = {"listen_addresses": "", "unix_socket_directories": f'"{socket_folder(folder)}"', **options}
    text = "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in options.items())
    (folder / "siyu.conf").write_text(f"# written by siyu at every start; ALTER SYSTEM overrides it\n{text}")
    (folder / "siyu.conf").chmod(0o644)  # whatever the umask, the server's user reads it
    main = folder / "postgresql.conf"
    if "include_if_exists = 'siyu.conf'" not in main.read_text():
        with open(main, "a") as file:
            file.write("\ninclude_if_exists = 'siyu.conf'\n")


def socket_folder(folder: Path) -> Path:
    """The data folder itself, closed to other users; where its path is too long, a closed folder under the runtime or temporary one."""
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    candidates = [
        folder,
        *([Path(runtime) / f"siyu-{mark}"] if os.path.isdir(runtime) else []),
        Path(tempfile.gettempdir()) / f"siyu-{mark}",
    ]
    for candidate in candidates:
        if len(os.fsencode(candidate / SOCKET)) <= LONGEST_SOCKET_PATH:
            return candidate if candidate == folder else _closed(candidate, folder)
    raise Refusal(
        "database.socket_path",
        f"the path {folder} is too long for a socket (at most {LONGEST_SOCKET_PATH} bytes), and so is {tempfile.gettempdir()}; "
        "set SIYU_HOME to a shorter path",
    )


def _closed(candidate: Path, folder: Path) -> Path:
    """A folder that only the server's user may enter: the socket trusts whoever reaches it."""
    owner = folder.stat()
    candidate.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        _open_the_way(candidate)
        os.chown(candidate, owner.st_uid, owner.st_gid, follow_symlinks=False)
    found = candidate.lstat()
    if candidate.is_symlink() or found.st_uid != owner.st_uid or found.st_mode & 0o077:
        raise Refusal(
            "database.socket_path",
            f"{candidate} belongs to someone else or is open to others; remove it, or set SIYU_HOME to a shorter path",
        )
    return candidate


def _open_the_way(folder: Path) -> None:
    """Let the server's user pass through the folders above its own (traverse, not read), which root keeps closed by default."""
    ensure_system_user()
    for place in (folder, binaries()):
        for above in place.resolve().parents:
            mode = above.stat().st_mode
            if not mode & 0o001:
                above.chmod(mode | 0o001)
