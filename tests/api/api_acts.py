"""What several tests do with items through the API."""

from __future__ import annotations

from typing import Any

from tests.house import Live

OS = "OFFICIAL-SENSITIVE"


def body_of(**changed: Any) -> dict[str, Any]:
    """A complete draft of HMIP to the Board of Leeds."""
    return {
        "agreement": "hmip-imb",
        "kind": "correspondence",
        "route": "inspectorate-to-board",
        "marking": OS,
        "title": "Use of force on B wing",
        "text": "Three people told us the same thing.",
        "purpose": "So that the Board can follow it up.",
        "establishment": "LEI",
        "subjects": [{"name": "Joan Smith", "identifiers": [{"type": "prison-number", "value": "A1234BC"}]}],
        **changed,
    }


def form_of(*files: tuple[str, str, bytes]) -> dict[str, Any]:
    """(field, name, content) of each as a form; the test client's own would spool a large one to a file."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n"
        for field, name, content in files
    ]
    return {"data": b"".join(parts) + b"--b--\r\n", "content_type": "multipart/form-data; boundary=b"}


def draft(live: Live, who: str = "officer", **changed: Any) -> str:
    return str(live.api(who).ok("POST", "/drafts", body_of(**changed))["id"])


def sent(live: Live, who: str = "officer", files: dict[str, bytes] | None = None, **changed: Any) -> str:
    made = draft(live, who, **changed)
    for name, content in (files or {}).items():
        live.api(who).ok("PUT", f"/drafts/{made}/files/{name}", data=content, content_type="text/plain")
    return str(live.api(who).ok("POST", f"/drafts/{made}/send")["reference"])


def closed(live: Live, **changed: Any) -> str:
    """IMB staff to HMIP, acknowledged and closed."""
    reference = sent(
        live,
        "staff",
        kind="intelligence",
        route="national-to-inspectorate",
        **{"files": {"a.txt": b"x" * 9000}, **changed},
    )
    live.api("officer").ok("POST", f"/items/{reference}/acknowledge")
    live.api("officer").ok("POST", f"/items/{reference}/close", {"note": "Filed."})
    return reference
