"""The headers of every answer. Nothing is `unsafe-inline`: one hash, of the one inline script of the page template."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

# The script the GOV.UK page template carries to say that script is on; a test recomputes it from the installed package.
TEMPLATE_SCRIPT = "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"

CSP = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {TEMPLATE_SCRIPT}",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # No script of ours makes a page, an address of script or code out of text, so no policy may be made either.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

# A page that shows what somebody sent: the same, and nothing on it runs, whatever it is. It stays of our origin, since
# its pictures are asked for in the person's name.
SANDBOXED = f"{CSP}; sandbox allow-same-origin allow-forms allow-downloads allow-top-navigation-by-user-activation"
# What somebody sent itself, as the picture on such a page; opened alone it may do nothing and is of no origin.
PICTURE = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: the CSRF check reads the Referer under TLS, and every form would be refused.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"


def add_headers(response: Response) -> Response:
    """Set every header that the view has not set itself; pages and downloads are never stored on a shared computer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["CUSTODES_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def set_up(app: Flask) -> None:
    """Every answer passes here last, the error pages too."""
    app.after_request(add_headers)
