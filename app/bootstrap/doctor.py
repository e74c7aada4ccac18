"""Everything an installation is looked at for, from the settings inwards: each stage only where the one before held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.exc import DBAPIError

from app.bootstrap import condition, provided, rows
from app.bootstrap.condition import Timed
from app.bootstrap.finding import ATTENTION, WELL, WRONG, Finding
from app.bootstrap.house import build
from app.bootstrap.installation import installation
from app.bootstrap.translated import translated
from app.config import Settings, SettingsFaulty
from foundation.errors import ServiceError


def examine(jobs: Sequence[Timed], environ: Mapping[str, str] | None = None) -> list[Finding]:
    """All findings. It changes nothing and enters nothing in the log."""
    try:
        settings = Settings.from_env(environ)
    except SettingsFaulty as error:
        return [
            Finding("settings", WRONG, f"{name} {'; '.join(faults)}.", "See docs/configuration.md.")
            for name, faults in error.fields.items()
        ]
    found = [_settings(settings), *translated(settings.policies), *installation(settings), *rows.looked_at(settings)]
    if any(each.word == WRONG and each.check in ("policies", "database", "schema") for each in found):
        return found  # the service could not be built, and has said why
    return [*found, *_house(settings, jobs)]


def _settings(settings: Settings) -> Finding:
    if settings.demonstration:
        return Finding("settings", ATTENTION, "This is a demonstration.", "Keep nothing real in it.")
    return Finding("settings", WELL, "Every setting can be used.")


def _house(settings: Settings, jobs: Sequence[Timed]) -> list[Finding]:
    try:
        house = build(settings)
    except ServiceError as error:
        return [Finding("start", WRONG, f"The service does not start: {error.title}.", error.detail)]
    except OSError as error:
        text = f"The service does not start: {error.filename or 'a file'}: {error.strerror}."
        return [Finding("start", WRONG, text, "See the rights and whether the place is mounted.")]
    try:
        return [*condition.findings(house, jobs), *provided.looked_at(house)]
    except (ServiceError, DBAPIError) as error:
        text = f"The database refuses the service: {getattr(error, 'title', type(error).__name__)}."
        return [Finding("database", WRONG, text, "See the server’s log, and whether the disk is full.")]
    finally:
        house.engine.dispose()
        house.keystore.dispose()
