"""A real time-stamping authority: ``openssl ts`` behind a small HTTP server, its certificate issued by its own root."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Test authority
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[stamper]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """``url`` stamps what it is sent; ``instead`` is answered where it is set; ``asked`` are the queries."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""
        self.instead: bytes | None = None
        self.status = 200
        self.asked: list[bytes] = []
        self.replies: list[bytes] = []
        (folder / "ts.cnf").write_text(CONFIG.format(folder=folder), encoding="ascii")
        (folder / "serial").write_text("01\n", encoding="ascii")
        self._keys()

    @property
    def certificate(self) -> Path:
        """The root certificate, PEM."""
        return self.folder / "ca.pem"

    def _keys(self) -> None:
        for name in ("ca", "tsa"):
            self._run("genrsa", "-out", f"{name}.key", "2048")
        self._run("req", "-x509", "-new", "-key", "ca.key", "-out", "ca.pem", "-config", "ts.cnf", "-extensions", "ca")
        self._run("req", "-new", "-key", "tsa.key", "-out", "tsa.csr", "-config", "ts.cnf", "-subj", "/CN=Test stamper")
        sign = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ts.cnf", "-extensions", "stamper")
        self._run("x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", "-days", "30", *sign)

    def stamp(self, query: bytes) -> bytes:
        """The reply to a query."""
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """One that answers, until the end of the block."""
    made = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append(query)
            reply = made.stamp(query) if made.instead is None else made.instead
            made.replies.append(reply)
            self.send_response(made.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
