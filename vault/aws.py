"""Talking to AWS, or to what speaks like it: one client a process, that gives up in seconds.

boto3 is imported when the first client is made: a service on files must not pay for it at start-up. Whom to be and
where (keys, profile, region, endpoint) is boto3's own to find, unless the address says otherwise.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import Any, Final

# Seconds. A request that hangs is tried ATTEMPTS times: the slowest refusal takes about half a minute.
CONNECT: Final = 3
READ: Final = 8
ATTEMPTS: Final = 3

THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "RequestLimitExceeded", "LimitExceededException", "SlowDown"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is; empty for boto3's own choice."""

    region: str = ""
    profile: str = ""
    endpoint: str = ""


class Clients:
    """The client of one service. Threads share it; a process that was forked makes its own."""

    def __init__(self, service: str, place: Place, *, connections: int = 64) -> None:
        """``connections`` kept open at most; more than that wait for none, but are closed after use."""
        self._service, self._place, self._connections = service, place, connections
        self._lock = threading.Lock()
        self._made: tuple[int, Any] | None = None

    @property
    def place(self) -> Place:
        """As given."""
        return self._place

    def get(self) -> Any:
        """The client of this process. Raises botocore's errors when the settings of the machine do not do."""
        made = self._made
        if made is not None and made[0] == os.getpid():
            return made[1]
        # A lock held by another thread at the fork would be held in the child for ever: it gets its own.
        if made is not None:
            self._lock = threading.Lock()
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = (os.getpid(), self._make())
            return self._made[1]

    def _make(self) -> Any:
        import boto3
        from botocore.config import Config

        place = self._place
        config = Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=self._connections,
            tcp_keepalive=True,
            request_checksum_calculation="when_supported",
        )
        # A session of one's own: boto3's default one is shared with whoever else is in the process.
        session = boto3.Session(profile_name=place.profile or None, region_name=place.region or None)
        return session.client(self._service, endpoint_url=place.endpoint or None, config=config)


def code_of(error: Exception) -> str:
    """What the service called its refusal; "" when there was no answer."""
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def status_of(error: Exception) -> int:
    """The answer's HTTP status; nought when there was no answer."""
    answer = getattr(error, "response", None) or {}
    return int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def errors() -> tuple[type[Exception], ...]:
    """Everything boto3 raises for what is not a mistake of the programmer."""
    from botocore.exceptions import BotoCoreError, ClientError

    # Redirected to no region, botocore asks where the bucket is, is redirected, and so on until the stack ends.
    return (BotoCoreError, ClientError, RecursionError)
