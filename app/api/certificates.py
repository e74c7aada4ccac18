"""Certificates as the API gives them: the file as issued, or the PDF around it."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from app.http import certificate_pdf

CERTIFICATE_FILE: Final[dict[str, Any]] = {
    "responses": {
        "200": {"description": "The file as issued.", "content": {"application/json": {"schema": {"type": "object"}}}}
    }
}
CERTIFICATE_PDF: Final[dict[str, Any]] = {
    "responses": {
        "200": {
            "description": "A page to read, with the file as issued within.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


def certificate_file(text: str, number: str, *, pdf: bool = False) -> Response:
    """As a download named after the certificate."""
    data, kind, ending = (
        (certificate_pdf.made(text), "application/pdf", "pdf") if pdf else (text.encode(), "application/json", "json")
    )
    response = Response(data, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=f"{number}.{ending}")
    return response
