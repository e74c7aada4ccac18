"""A mail server on a socket of this machine, as RFC 5321 and 3207 have it: STARTTLS, AUTH PLAIN, and what it answers is
set by the test."""

from __future__ import annotations

import datetime as dt
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Answers:
    """``rcpt`` and ``data``: what it says to those; ``drop``: it hangs up after taking the message."""

    tls: bool = True
    rcpt: str = "250 ok"
    data: str = "250 ok"
    drop: bool = False
    sign_in: tuple[str, str] | None = None
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.said: Answers = self.server.answers
        self.secure, self.sender, self.to = False, "", ""
        self._say("220 here")
        acts = {
            "EHLO": self._ehlo, "STARTTLS": self._starttls, "AUTH": self._auth, "MAIL": self._mail, "RCPT": self._rcpt,
            "DATA": self._data,
        }  # fmt: skip
        while line := self.rfile.readline():
            word = line.decode("latin-1").strip()
            verb = word.upper().split(" ")[0]
            if verb == "QUIT":
                self._say("221 bye")
                return
            if acts.get(verb, lambda _: self._say("250 ok"))(word):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _ehlo(self, word: str) -> None:
        more = ["STARTTLS"] if self.said.tls and not self.secure else []
        names = ["here", *more, *(["AUTH PLAIN"] if self.said.sign_in and self.secure else [])]
        for index, name in enumerate(names):
            self._say(f"250{'-' if index < len(names) - 1 else ' '}{name}")

    def _starttls(self, word: str) -> None:
        self._say("220 go on")
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.secure = True

    def _auth(self, word: str) -> None:
        _, user, password = b64decode(word.split(" ")[2]).decode().split("\0")
        self._say("235 ok" if (user, password) == self.said.sign_in else "535 no")

    def _mail(self, word: str) -> None:
        self.sender = word
        self._say("250 ok")

    def _rcpt(self, word: str) -> None:
        self.to = word
        self._say(self.said.rcpt)

    def _data(self, word: str) -> bool:
        self._say("354 go on")
        body = b""
        while not body.endswith(b"\r\n.\r\n"):
            body += self.rfile.readline()
        self.said.taken.append((self.sender, self.to, body[:-5]))
        self.said.secure.append(self.secure)
        if not self.said.drop:
            self._say(self.said.data)
        return self.said.drop

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or does not trust us, is part of the test."""


@contextmanager
def mail_server(folder: Path, answers: Answers) -> Iterator[tuple[int, Path]]:
    """(port, file of the certificate) of a server for “localhost”."""
    chain, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = _Server(("127.0.0.1", 0), _Talk)
    server.answers, server.context = answers, context  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], chain
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private
