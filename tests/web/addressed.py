"""A house that knows its address before it is served there: passkeys are made for it, and messages lead to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from tests.house import Live


@contextmanager
def addressed(state: Path) -> Iterator[tuple[Live, str]]:
    """The house in that folder, and where it is served."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://localhost:{port}"
    live = Live.create(state, CUSTODES_ADDRESS=address)
    server = make_server("127.0.0.1", port, live.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield live, address
    server.shutdown()
    server.server_close()
    live.close()
