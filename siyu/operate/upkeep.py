"""What a start makes ready besides the database: translations, static files, the first owner."""

import hashlib
import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from siyu.lib.home import home
from siyu.lib.refusal import Refusal
from siyu.merchant.queries.organisation import staff
from siyu.merchant.rules import SYSTEM, Role
from siyu.merchant.services import create_staff

PACKAGE = Path(__file__).resolve().parent.parent
OWNER = "owner"


def compile_translations(package: Path = PACKAGE) -> int:
    """Write the .mo files that are missing or older than their .po; returns how many. Where the program's folder may not be written they
    stay as they are: an installed package brings its own."""
    compiled = 0
    for source in sorted(package.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with open(source, "rb") as words:
            catalogue = read_po(words)
        if not os.access(target.parent, os.W_OK):
            continue
        fresh = target.with_suffix(f".{os.getpid()}")
        with open(fresh, "wb") as file:
            write_mo(file, catalogue)
        fresh.replace(target)
        compiled += 1
    return compiled


def collect_static() -> bool:
    """Gather and compress static files into the home folder when one of them changed; tells whether it did."""
    stamp = home() / "static.stamp"
    state = _static_state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    require_frontend()
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)
    return True


def require_frontend() -> None:
    """Refuse with `frontend.missing` when the browser's files were never fetched."""
    if not (PACKAGE / "lib/web/static/vendor/htmx.min.js").exists():
        raise Refusal("frontend.missing", "the pages' scripts and styles are not there; run `make dev` (or `make demo`) in the checkout")


def _static_state() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            seen = Path(storage.path(name)).stat()
            digest.update(f"{name} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def first_owner() -> str:
    """The password of the account `owner`, made when there is no owner yet; empty when there is one."""
    if any(member.role == Role.OWNER for member in staff()):
        return ""
    return create_staff(SYSTEM, OWNER, "Owner", Role.OWNER).password
