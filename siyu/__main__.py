"""The `siyu` command: finds the database, sets Django up, runs one of the commands in `operate/`. Expected trouble is one line."""

import errno
import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path

from siyu.lib.refusal import Refusal

COMMANDS = {
    "up": "start everything: database, web, worker; Ctrl-C ends it",
    "worker": "run one worker: the pump and the timetable",
    "web": "run the web server alone",
    "demo": "replay a year of public shopping data, then start everything",
    "import": "bring in orders, members, products or facts from a file",
    "summary": "members, orders, revenue, points in a few figures",
    "verify": "check every invariant; names the first offender",
    "why": "explain a member's points, tier, stage or merges",
    "write-key": "make a write key for the ingest endpoint; shown once",
    "setting": "show or set what the business decides: currency, time zone …",
    "rotate-keys": "encrypt personal values under a new key, old ones too",
    "password": "give a staff member a new random password; shown once",
    "bench": "measure this machine's speed against its own limits",
    "doctor": "check the installation and say what to do",
    "pg": "run psql, pg_dump, pg_restore … on siyu's database",
    "prepare": "bring the database up to date (done by `up`)",
}
UNPREPARED = {"up", "demo", "prepare", "pg"}  # bring the database up to date themselves, or take it as it is
TOLERANT = {"doctor"}  # tells by itself what is wrong with the database
FOLDER = Path(__file__).resolve().parent / "operate/management/commands"
EXPECTED_ERRORS = {
    errno.ENOSPC: "the disk is full; free some space or set SIYU_HOME to a larger disk",
    errno.EDQUOT: "the disk quota is used up; free some space or set SIYU_HOME to another disk",
    errno.EROFS: "the disk is read-only; set SIYU_HOME to a folder that can be written",
    errno.EACCES: "no permission; set SIYU_HOME to a folder of your own, or run as the user who made it",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 (a check failed), 2 (a reason was printed), 130 (Ctrl-C)."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        return _run(words)
    except KeyboardInterrupt:
        return 130
    except Refusal as refusal:
        return _say(refusal.because)
    except OSError as error:
        if error.errno not in EXPECTED_ERRORS:
            raise
        return _say(f"{error.filename or error.strerror}: {EXPECTED_ERRORS[error.errno]}")
    except Exception as error:
        because = _database_trouble(error)
        if because is None or os.environ.get("SIYU_DEBUG") == "1":
            raise
        return _say(because)


def _run(words: list[str]) -> int:
    if not words or words[0] in ("help", "--help", "-h"):
        return _list()
    if words[0] in ("--version", "version"):
        print("siyu", version("siyu"))  # noqa: T201
        return 0
    command, rest = words[0], words[1:]
    if command not in available():
        raise Refusal("command.unknown", f"there is no command {command}; `siyu` alone lists them")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.settings")
    signal.signal(signal.SIGTERM, _end)
    if not {"--help", "-h"} & set(rest):
        _find_database(command)
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["siyu", command.replace("-", "_"), *rest])
    except SystemExit as end:  # argparse, CommandError, SIGTERM
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def _find_database(command: str) -> None:
    """Point Django at the database; a new embedded one is prepared on the way, a server of the merchant's own is not touched."""
    from siyu.operate.database import choose, is_prepared, try_to_choose

    if command in TOLERANT:
        return try_to_choose()
    is_given = bool(os.environ.get("DATABASE_URL"))
    uri = choose()
    if command in UNPREPARED or is_prepared(uri):
        return None
    if is_given:
        raise Refusal("database.unprepared", "the database was never prepared; run `siyu prepare` (or `siyu up`)")
    import django

    django.setup()
    from siyu.operate.prepare import prepare

    prepare()
    return None


def available() -> dict[str, str]:
    """The commands that exist, in the order a newcomer needs them."""
    return {name: line for name, line in COMMANDS.items() if (FOLDER / f"{name.replace('-', '_')}.py").exists()}


def _list() -> int:
    print("siyu 私域: a merchant's own customer pool\n\nusage: siyu COMMAND [--help]\n")  # noqa: T201
    for name, line in available().items():
        print(f"  {name:<10} {line}")  # noqa: T201
    return 0


def _end(number: int, frame: object) -> None:
    """SIGTERM ends the program as an exit does, so that what was started is also stopped."""
    raise SystemExit(128 + number)


def _say(because: str) -> int:
    print(f"siyu: {' '.join(because.split())}", file=sys.stderr)  # noqa: T201
    return 2


def _database_trouble(error: Exception) -> str | None:
    """One line for a database that went away, is full, or was never prepared; None for anything else."""
    from siyu.operate.database import trouble

    return trouble(error)


if __name__ == "__main__":
    sys.exit(main())
