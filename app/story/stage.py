"""Where each step is played: somebody asks, the service answers, and the log is read for what it recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.story.company import Company
from app.story.telling import Telling, expect
from client.custodes_client import Answer, Passed

AUDITOR = "auditor"
# Signing in happens between the steps, whenever the clock has moved; it is in the log, and not told each time.
BETWEEN = ("identity.password-accepted", "identity.signed-in", "identity.session-ended", "sharing.items-listed")


@dataclass(slots=True)
class Stage:
    """``folder`` is for what people take away: certificate, bundle, key, downloads."""

    telling: Telling
    company: Company
    folder: Path
    seen: int = -1

    def does(
        self,
        who: str,
        text: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A step that must succeed with this status."""
        self.telling.step(f"{self.company.name(who)} {text}")
        answer = self.company.ask(who, method, path, body, headers)
        expect(answer.status == status, f"{method} {path} to answer {status}", answer.in_short)
        self.tell(_short(answer))
        return answer

    def refused(
        self,
        who: str,
        text: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        status: int,
        code: str,
        because: str = "",
    ) -> Answer:
        """A step the service must refuse, with this code and, where one is given, this rule or clause as a reason."""
        self.telling.step(f"{self.company.name(who)} {text}")
        answer = self.company.ask(who, method, path, body)
        expect(answer.status == status, f"{method} {path} to be refused with {status}", answer.in_short)
        said = answer.json
        expect(said.get("code") == code, f"the refusal to be {code}", said)
        reasons = said.get("reasons", [])
        named = {reason[name] for reason in reasons for name in ("rule", "clause")}
        expect(not because or because in named, f"a reason that names {because}", said)
        why = " · ".join(dict.fromkeys(_reason(reason) for reason in reasons)) or said["detail"]
        self.tell(f"REFUSED {status} {code}: {why}")
        return answer

    def looks(self, who: str, path: str) -> Any:
        """Something read on the way to a step; not told."""
        answer = self.company.ask(who, "GET", path)
        expect(answer.status == 200, f"GET {path} to answer 200 for {self.company.name(who)}", answer.in_short)
        return answer.json

    def sends(self, who: str, draft: str, file: Path, name: str, media_type: str) -> Passed:
        """A file goes up; its digest, taken as it left, must be the one the service took as it came."""
        self.telling.step(f"{self.company.name(who)} attaches “{name}” ({_size(file.stat().st_size)})")
        passed = self.company.upload(who, f"/drafts/{draft}/files/{_quoted(name)}", file, media_type)
        expect(passed.answer.status == 201, "the file to be attached with 201", passed.answer.in_short)
        sealed = passed.answer.json
        expect(sealed["sha256"] == passed.sha256, f"SHA-256 {passed.sha256} to have arrived", sealed)
        self.tell(f"201 part {sealed['part']}, sealed as it came, SHA-256 {passed.sha256[:16]}… on both sides")
        return passed

    def tell(self, said: str) -> None:
        """What was answered, and what the log has recorded since the step before."""
        self.telling.said(f"→ {said}")
        if recorded := self.recorded():
            self.telling.said(f"  log: {recorded}")

    def recorded(self) -> str:
        """The acts with their sequence numbers, as an auditor reads them."""
        rows = self.looks(AUDITOR, "/audit/entries?limit=60")["items"]
        fresh = [row for row in reversed(rows) if row["seq"] > self.seen]
        self.seen = max([self.seen, *(row["seq"] for row in rows)])
        return ", ".join(
            f"{row['act']}{' (refused)' if row['outcome'] == 'refused' else ''} #{row['seq']}"
            for row in fresh
            if row["act"] not in BETWEEN
        )


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _reason(reason: Mapping[str, str]) -> str:
    clause = f" [{reason['clause']}]" if reason["clause"] and reason["clause"] not in reason["text"] else ""
    return f"{reason['text']}{clause}"


def _short(answer: Answer) -> str:
    if not answer.body:
        return str(answer.status)
    said = answer.json if "json" in answer.headers.get("Content-Type", "") else {}
    names = (
        "reference",
        "state",
        "due_on",
        "destroy_on",
        "review_on",
        "number",
        "size",
        "due",
        "destroyed",
        "certified",
        "now",
    )
    found = [f"{name.replace('_', ' ')} {said[name]}" for name in names if said.get(name) not in (None, "")]
    return " ".join([str(answer.status), ", ".join(found)]).strip()


def _size(size: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
