"""The whole story, chapter by chapter, and what its people carry away from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.story import disposing, passing, places
from app.story.company import Company
from app.story.enclosed import enclosed
from app.story.service import Service
from app.story.stage import Stage
from app.story.telling import Telling, expect


@dataclass(frozen=True, slots=True)
class Played:
    """What is verified once the service is gone: three files. ``reference`` is what the certificate certifies."""

    reference: str
    key: Path
    certificate: Path
    bundle: Path


def play(
    service: Service, telling: Telling, files: Sequence[Path], establishments: Path | None, folder: Path
) -> Played:
    """Play it on the running service. Raises Unexpected at the first thing that does not hold."""
    company = Company.of(service.client, service.state)
    stage = Stage(telling, company, folder)
    key = _key(stage)
    stage.recorded()
    where = places.imported(stage, establishments) if establishments else places.invented(stage)
    sent = enclosed(files, folder / "files")
    reference = passing.intelligence(stage, where, sent)
    letter = folder / "letter.txt"
    letter.write_text("Dear inspectors,\nplease find out whether my son is safe.\n(Invented.)\n", encoding="utf-8")
    passing.outcome(stage, where, letter)
    number = disposing.dispose(stage, where, reference)
    return Played(reference, key, _certificate(stage, number), _bundle(stage))


def _key(stage: Stage) -> Path:
    """Before anything else happens: what the verifier will trust, had from the service once and kept."""
    stage.telling.step("The examiner asks for the log’s verifier key and keeps it")
    answer = stage.company.client.ask("GET", "/audit/key")
    expect(answer.status == 200, "the verifier key", answer.in_short)
    stage.telling.said(f"→ 200 {answer.body.decode().strip()}")
    path = stage.folder / "trusted key.txt"
    path.write_bytes(answer.body)
    return path


def _certificate(stage: Stage, number: str) -> Path:
    answer = stage.does("compliance", f"fetches the certificate {number}", "GET", f"/certificates/{number}")
    path = stage.folder / "certificate.json"
    path.write_bytes(answer.body)
    return path


def _bundle(stage: Stage) -> Path:
    """Both those who may take the log away do; the auditor's copy is the one verified."""
    stage.does("auditor", "has the log’s head signed", "POST", "/audit/checkpoint", {}, status=201)
    path = stage.folder / "bundle.zip"
    for who in ("compliance", "auditor"):
        stage.telling.step(f"{stage.company.name(who)} fetches the whole log")
        got = stage.company.download(who, "/audit/bundle", to=path)
        expect(got.answer.status == 200, "the bundle", got.answer.in_short)
        stage.tell(f"200, {got.size:,} bytes")
    return path
