"""The address to listen on, tried before anything is made or served: taken is said in one line, not by every worker."""

from __future__ import annotations

import socket

from foundation.errors import Unavailable


class AddressTaken(Unavailable):
    """Nothing can listen there."""

    code = "app.address-taken"
    title = "The address cannot be listened on"


def refuse_taken(host: str, port: int) -> None:
    """Raises AddressTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            msg = f"{host}, port {port}: {error.strerror}. Choose another (CUSTODES_HOST, CUSTODES_PORT, --port)."
            raise AddressTaken(msg) from error
