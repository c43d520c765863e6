"""A mailbox on this machine that speaks as much IMAP as its reader asks, remembers what it was asked, and breaks as told."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """`mails` by their numbers; `breaks_at`: a command at which the line is cut; `announces`: bytes that are promised instead of a mail."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    password: str = "p"
    wants_id: bool = False
    breaks_at: str = ""
    announces: int = 0
    asked: list[str] = field(default_factory=list)
    port: int = 0
    tls: ssl.SSLContext | None = None

    def answer(self, command: str) -> list[bytes]:
        """The untagged lines of an answer, its last word being OK or NO."""
        name = command.upper()
        if name.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1 ID", b"OK"]
        if name.startswith("LOGIN"):
            return [b"OK"] if command.endswith(f'"{self.password}"') else [b"NO [AUTHENTICATIONFAILED] wrong password"]
        if name.startswith("EXAMINE") and self.wants_id and not any("ID (" in one for one in self.asked):
            return [b"NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"]
        if name.startswith("EXAMINE"):
            return [b"* %d EXISTS" % len(self.mails), b"* OK [UIDVALIDITY %d] valid" % self.validity, b"OK [READ-ONLY] done"]
        if found := re.match(r"UID SEARCH UID (\d+):\*", name):
            newest = max(self.mails, default=0)
            numbers = [str(uid) for uid in self.mails if uid >= min(int(found[1]), newest)]
            return [f"* SEARCH {' '.join(numbers)}".encode(), b"OK"]
        if found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", name):
            return self._fetch(int(found[1]), int(found[2]))
        return [b"* BYE", b"OK"] if name.startswith("LOGOUT") else [b"OK"]

    def _fetch(self, uid: int, most: int) -> list[bytes]:
        if uid not in self.mails:
            return [b"OK"]
        part = self.mails[uid][:most]
        return [b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%s)" % (uid, self.announces or len(part), part), b"OK"]

    def serve(self, line: socket.socket) -> None:
        if self.tls:
            line = self.tls.wrap_socket(line, server_side=True)
        with line, line.makefile("rb") as lines:
            line.sendall(b"* OK ready\r\n")
            for said in lines:
                tag, _, command = said.decode(errors="replace").strip().partition(" ")
                self.asked.append(command)
                if self.breaks_at and self.breaks_at in command:
                    return
                *told, last = self.answer(command)
                line.sendall(b"".join(one + b"\r\n" for one in told) + tag.encode() + b" " + last + b" done\r\n")


@contextmanager
def mailbox(**told) -> Iterator[Mailbox]:
    box = Mailbox(**told)
    listener = socket.create_server(("127.0.0.1", 0))
    box.port = listener.getsockname()[1]

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with suppress(OSError):
                    box.serve(line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(2)


def certified(folder, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of this name shows, and what a client wants to see to believe it."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)])
    day, now = timedelta(days=1), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - day).not_valid_after(now + day).add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    shown = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    format_ = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(shown)
    (folder / "key.pem").write_bytes(key.private_bytes(*format_))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    believed = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    believed.load_verify_locations(cadata=shown.decode())
    return server, believed
