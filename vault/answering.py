"""Connections to PostgreSQL that are given up when their server does not answer.

The server's own limits end what takes too long. They do not help where the server itself hangs, or the network between
swallows everything: then nothing comes, not even a refusal, and whoever waits would wait for hours.
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen

T = TypeVar("T")
_STATEMENTS = 200  # that a connection keeps prepared: a page has forty, and there are many pages


class Patient(psycopg.Connection[Any]):
    """``patience``: seconds for which an answer is waited for; None: as long as it takes."""

    patience: float | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:  # no answer, and no refusal
                self.pgconn.finish()  # whatever comes on it later is an answer to something else
            raise


def give_up_after(engine: sa.Engine, seconds: float) -> None:
    """No connection of the engine waits for an answer longer. What is raised is the driver's OperationalError."""

    def connect(_dialect: object, _record: object, words: Any, said: Any) -> Patient:
        made = Patient.connect(*words, **said)
        made.patience = seconds
        made.prepared_max = _STATEMENTS
        return made

    sa.event.listen(engine, "do_connect", connect)
