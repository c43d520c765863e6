"""A provider on this machine that answers as told and remembers what it was asked."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Provider:
    """`answers` are given in turn, the last for ever: (status, body, headers); a status of 0 hangs up, -1 stays silent."""

    answers: list[tuple[int, bytes, dict[str, str]]]
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@contextmanager
def provider(*answers: tuple[int, bytes] | tuple[int, bytes, dict[str, str]]) -> Iterator[Provider]:
    told = Provider([(*answer, {})[:3] for answer in answers])  # type: ignore[misc]

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, content, headers = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
            if status == 0:
                self.connection.close()
                return
            if status == -1:
                time.sleep(1)
                return
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError, ValueError):  # the line was cut on purpose
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)
