"""Requests counted by route and status, and a door of their own for the figures: another port, nothing else behind it.

A route is its template, never the address somebody asked for: an address names items. Workers count into files of one
folder, which whoever is asked adds up; what is the same for all of them is read when it is asked for.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError

from app.bootstrap import measures
from app.bootstrap.condition import Timed
from foundation.errors import ServiceError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from app.bootstrap.house import House

log = logging.getLogger("custodes.request")
PATH = "/metrics"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
NO_ROUTE = "none"


class Metrics:
    """What one process counts. Each application has its own registry, so that two in a process do not meet."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: where the workers of one service count together; the environment named it before this."""
        from prometheus_client import CollectorRegistry, Counter, Histogram  # it looks at the environment when read

        self._folder, self._registry = folder, CollectorRegistry()
        told: dict[str, Any] = {"registry": self._registry}
        names = ("method", "route", "status")
        self._requests = Counter("custodes_requests", "Requests answered.", names, **told)
        self._seconds = Histogram(
            "custodes_request_seconds", "Until the answer began.", ("route",), buckets=BUCKETS, **told
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One more."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, house: House, jobs: Sequence[Timed]) -> bytes:
        """Everything, as Prometheus reads it. Where the database is away only what was counted is there."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        counted = self._registry
        if self._folder is not None:
            counted = CollectorRegistry()
            MultiProcessCollector(counted, path=str(self._folder))  # type: ignore[no-untyped-call]
        own = CollectorRegistry()
        own.register(_Now(house, jobs))
        return generate_latest(counted) + generate_latest(own)


class _Now:
    """The figures of this moment, as a collector."""

    def __init__(self, house: House, jobs: Sequence[Timed]) -> None:
        self._house, self._jobs = house, jobs

    def describe(self) -> Iterable[Any]:
        """Nothing beforehand: to describe would be to ask the database."""
        return ()

    def collect(self) -> Iterable[Any]:
        from prometheus_client.core import GaugeMetricFamily

        up = GaugeMetricFamily("custodes_up", "1 where the database could be read.")
        families: dict[str, Any] = {}
        try:
            for each in measures.measures(self._house, self._jobs):
                names = sorted(each.labels)
                family = families.setdefault(each.name, GaugeMetricFamily(each.name, each.meaning, labels=names))
                family.add_metric([each.labels[name] for name in names], each.value)
            up.add_metric([], 1)
        except (ServiceError, DBAPIError):
            families.clear()
            up.add_metric([], 0)
        return [up, *families.values()]


class Door:
    """In front of the application: what comes in by the port of the figures gets figures or nothing, and vice versa."""

    def __init__(self, inner: WSGIApplication, port: int, text: Callable[[], bytes]) -> None:
        self._inner, self._port, self._text = inner, str(port), text

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("SERVER_PORT") != self._port:
            return self._inner(environ, start)
        if environ.get("PATH_INFO") != PATH or environ.get("REQUEST_METHOD") != "GET":
            return Response("Only GET /metrics is here.\n", 404, content_type="text/plain")(environ, start)
        return Response(self._text(), content_type="text/plain; version=0.0.4; charset=utf-8")(environ, start)


def route() -> str:
    """The template of the address, which names nothing; of an address nobody knows: none."""
    return request.url_rule.rule if request.url_rule is not None else NO_ROUTE


def set_up(app: Flask, metrics: Metrics) -> None:
    """Count and note each request: when it came, which route, what came of it, how long. Nothing of what was in it."""

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        metrics.answered(request.method, route(), response.status_code, seconds)
        told = {"method": request.method, "route": route(), "status": response.status_code}
        log.info("answered", extra={"told": {**told, "ms": round(seconds * 1000, 1)}})
        return response

    app.before_request(begin)
    app.after_request(end)
