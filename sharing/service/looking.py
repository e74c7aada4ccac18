"""Files looked at on a page, and all files of an item at once: each entered in the log before any of it is served."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from foundation.actor import Actor
from sharing.errors.items import FileNotFound
from sharing.events import items as events
from sharing.service.reading import Download, Reading
from sharing.store import drafts


class Looking(Reading):
    """View, and take all."""

    def view(
        self,
        reference: str,
        part: int,
        purpose: str,
        *,
        page: int = 1,
        again: bool = False,
        onward: bool = False,
        actor: Actor,
        now: datetime,
    ) -> Download:
        """One file, to be shown. Whoever may download it may see it. Raises as ``download``.

        ``again``: the picture that belongs to a page entered in the log a moment ago. It is decided anew, not entered.
        ``onward``: from one page to another of the same file, which is one file looked at and not many.
        """
        found, verdict = self._may_have(reference, purpose, actor, now)
        row = self._file_row(found, part)
        if not again:
            what = {"part": part, "page": page}
            kind = events.PAGE_VIEWED if onward else events.FILE_VIEWED
            self._record_served(kind, found, verdict, purpose, what, actor, now)
        return self._handed(found, row, actor, now)

    def download_all(self, reference: str, purpose: str, *, actor: Actor, now: datetime) -> Sequence[Download]:
        """Every file, each an entry of its own. Close the readers. Raises as ``download``; FileNotFound without any."""
        found, verdict = self._may_have(reference, purpose, actor, now)
        rows = drafts.files(self._conn, found.uuid)
        if not rows:
            raise FileNotFound("The item has no files.", subject=found.row.uuid)
        handed: list[Download] = []
        try:
            for row in rows:
                what = {"part": row.part, "size": row.size}
                self._record_served(events.FILE_DOWNLOADED, found, verdict, purpose, what, actor, now)
                handed.append(self._handed(found, row, actor, now))
        except BaseException:
            for one in handed:
                one.reader.close()
            raise
        return handed
