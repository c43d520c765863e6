"""The web server: granian with `siyu.asgi`, which answers pages and takes facts in."""

import os
import socket
from typing import Any

from django.utils.module_loading import import_string

from siyu.lib.refusal import Refusal

from .parent import follow_parent

STOP_WITHIN_S = 10


def require_port(host: str, port: int) -> None:
    """Refuse with `port.busy` or `port.unusable` before anything is started; the server itself would share a busy port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger do not count
            trial.bind((host, port))
            trial.listen(1)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno in (98, 48):  # EADDRINUSE on Linux, macOS
            raise Refusal("port.busy", f"port {port} is in use by another program; stop it, or choose another with --port") from error
        reason = getattr(error, "strerror", None) or str(error)
        raise Refusal("port.unusable", f"cannot listen on {host} port {port} ({reason}); choose others with --host and --port") from error


def serve(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT; the first ends within `STOP_WITHIN_S` what is being answered."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ["SIYU_POOL"] = "1"
    server = Granian(
        "siyu.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_S,
        websockets=False,
    )
    server.serve(target_loader=load, wrap_loader=False)


def load() -> Any:
    """What each server process answers with; it ends with the process that started it."""
    follow_parent(os.getppid())
    return import_string("siyu.asgi.application")  # the door stands above us: found by name, as Django finds its urls
