"""What every answer owes, whoever asked and whatever came of it: its headers, its cookies, where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from werkzeug.test import TestResponse

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
# What a policy of content must say, in these words.
OWED = (
    "default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
    "style-src 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'",
)  # fmt: skip
PICTURE = {"default-src 'none'", "sandbox", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"}
# Published by the log for anybody to keep: checkpoints, proofs and keys, of no person.
KEPT = ("/assets/", "/audit/checkpoint", "/audit/checkpoints/", "/audit/consistency")
SAYS_TOO_MUCH = ("Server", "X-Powered-By", "X-AspNet-Version", "Via")
_FEATURES = ("camera=()", "geolocation=()", "microphone=()")
_FILES = re.compile(r"^(text/csv|application/(zip|pdf|octet-stream))")


def broken(path: str, answer: TestResponse) -> Iterator[str]:
    """Each law of ``LAWS`` that the answer to ``path`` breaks, in words."""
    for law in (_headers, _policy, _kept, _kinds, _cookies, _leads):
        yield from law(path, answer)


def _headers(_path: str, answer: TestResponse) -> Iterator[str]:
    for name, value in EVERYWHERE.items():
        if answer.headers.getlist(name) != [value]:
            yield f"{name}: {answer.headers.getlist(name)}"
    if not all(each in answer.headers.get("Permissions-Policy", "") for each in _FEATURES):
        yield "features of the browser are allowed"
    found = [name for name, _ in answer.headers if name in SAYS_TOO_MUCH or name.startswith("Access-Control-")]
    if found:
        yield f"says too much: {found}"


def _policy(_path: str, answer: TestResponse) -> Iterator[str]:
    policies = answer.headers.getlist("Content-Security-Policy")
    said = {each.strip() for each in ";".join(policies).split(";")}
    if len(policies) != 1 or "unsafe" in policies[0] or "*" in policies[0] or "data:" in policies[0]:
        yield f"policy of content: {policies}"
    if said != PICTURE and not said.issuperset(OWED):
        yield f"policy of content without {sorted(set(OWED) - said)}"


def _kept(path: str, answer: TestResponse) -> Iterator[str]:
    kept = answer.headers.get("Cache-Control", "")
    if kept != "no-store" and not path.startswith(KEPT):
        yield f"may be kept by a browser or a proxy: {kept!r}"
    if "public" in kept and "Set-Cookie" in answer.headers:
        yield "a cookie that a cache would hand to others"


def _kinds(_path: str, answer: TestResponse) -> Iterator[str]:
    kind = answer.headers.get("Content-Type", "")
    if answer.data and not kind:
        yield "a body of no kind"
    given = "Content-Disposition" in answer.headers  # what somebody sent keeps the kind that they gave it
    if kind.startswith("text/") and "charset=utf-8" not in kind and not given:
        yield f"text in no alphabet: {kind}"
    if _FILES.match(kind) and not answer.headers.get("Content-Disposition", "").startswith("attachment"):
        yield f"a file shown in place: {kind}"


def _cookies(_path: str, answer: TestResponse) -> Iterator[str]:
    for line in answer.headers.getlist("Set-Cookie"):
        said = {each.strip().partition("=")[0].lower(): each.strip() for each in line.split(";")[1:]}
        if not {"httponly", "samesite", "path"} <= said.keys() or "domain" in said or said["path"] != "Path=/":
            yield f"a cookie: {line}"


def _leads(_path: str, answer: TestResponse) -> Iterator[str]:
    place = answer.headers.get("Location", "/")
    if not place.startswith("/") or place.startswith(("//", "/\\")):
        yield f"leads elsewhere: {place}"
