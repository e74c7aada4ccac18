"""The process's log: a line of JSON an event, for whoever collects them. Nothing that anybody typed gets into it.

Our own messages hold codes, ids of jobs and counts. What others log may quote what they were given, and so may the text
of an error: of theirs only the template is kept, and of an error its kind and where it happened.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from flask import g, has_request_context
from gunicorn import glogging

from foundation.errors import ServiceError

OURS = "custodes"
_FRAMES = 12


class Lines(logging.Formatter):
    """One JSON object a line: time, level, logger, event; request where there is one; error with its frames."""

    def format(self, record: logging.LogRecord) -> str:
        """Never raises for what a message holds: a log that fails hides the fault it was to tell of."""
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event(record),
        }
        said |= getattr(record, "told", {})
        if has_request_context() and "request_id" in g:
            said["request"] = g.request_id
        if record.exc_info and record.exc_info[1] is not None:
            said["error"] = kind(record.exc_info[1])
            said["frames"] = frames(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


class Plain(Lines):
    """The same for eyes at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        said = json.loads(super().format(record))
        head = [said.pop("time"), said.pop("level").upper(), said.pop("logger"), said.pop("event")]
        return " ".join([*head, *(f"{name}={value}" for name, value in said.items())])


class Gunicorn(glogging.Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own, through the same lines; it keeps no log of requests, whose addresses name items."""

    def setup(self, cfg: object) -> None:
        """As gunicorn asks, then with our lines."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines())


def event(record: logging.LogRecord) -> str:
    """Our own messages whole; of others the template alone, which their authors wrote."""
    if record.name.partition(".")[0] == OURS:
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) and record.args else type(record.msg).__name__


def kind(error: BaseException) -> str:
    """Which error: its class, and of a refusal its code. Its text may quote what somebody typed."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name} ({error.code})" if isinstance(error, ServiceError) and error.code else name


def frames(error: BaseException) -> list[str]:
    """Where: file, line and function, the innermost last."""
    found = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in found]


def set_up(*, demonstration: bool) -> None:
    """The one handler of the process. A demonstration is watched by somebody: words, and no line for each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(Plain() if demonstration else Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.WARNING if demonstration else logging.INFO)
