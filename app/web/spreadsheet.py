"""A list as a file for a spreadsheet. No cell begins like a formula: what somebody typed must not run elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from flask import Response, stream_with_context

from app.bootstrap.cells import cell


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """``name`` without ending. UTF-8 with a mark at the front, as spreadsheets expect."""
    answer = Response("\ufeff" + _lines([head]) + _lines(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def csv_stream(name: str, head: Sequence[str], batches: Iterator[Sequence[Sequence[object]]]) -> Response:
    """The same, sent batch by batch as they are read; what fails later breaks the file off.

    Whatever must be recorded of it is committed by now. The first batch is read before the answer begins, so that what
    cannot be read at all is a page that says so and no empty file.
    """
    first = next(batches, ())
    lines = (_lines(batch) for batch in chain([first], batches))
    pieces = chain(["\ufeff" + _lines([head])], lines)
    answer = Response(stream_with_context(pieces), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([cell(each) for each in row] for row in rows)
    return out.getvalue()
