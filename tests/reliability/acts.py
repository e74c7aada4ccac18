"""The acts that faults are tried on: how each is asked for, what its caller sees, and what the log says of it, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from app.bootstrap import backups, sweeps
from app.http.errors import status_of
from bench.live import Answer
from foundation.errors import ServiceError
from tests.api.api_acts import body_of
from tests.reliability.world import CONTENT, HAPPENED, TEXT, TITLE, World

DONE, REFUSED, BROKE, DIED = "done", "refused", "broke", "died"


@dataclass(frozen=True)
class Saw:
    """What the caller saw: ``how`` in a word; ``why`` what is wrong with it, nothing where it is as it should be."""

    how: str
    code: str = ""
    why: str = ""


@dataclass(frozen=True)
class Act:
    """``says``: the kinds of fact that stand in the log exactly once more when it is done. ``again``: what whoever
    asks for it once more may see when it was done the first time.
    """

    name: str
    ask: Callable[[World], Saw]
    says: tuple[str, ...]
    again: tuple[str, ...] = ()
    one: bool = True  # a single transaction: all of what it says, or nothing
    door: str = "api"
    rows: str = ""  # a question that has one more for an answer when it is done


def answered(answer: Answer) -> Saw:
    """A person or program over HTTP."""
    if answer.status < 400:
        return Saw(DONE)
    machine = answer.headers.get("Content-Type", "").startswith("application/problem+json")
    code = str(answer.json.get("code")) if machine else f"page {answer.status}"
    if answer.status != 503:
        return Saw(REFUSED if answer.status < 500 else BROKE, code, f"{answer.status} {answer.text[-800:]}")
    retry = int(answer.headers.get("Retry-After", "0"))
    said = answer.json.get("detail", "") if machine else answer.text
    clear = retry > 0 and ("again" in said or "operator" in said or "runs the service" in said)
    return Saw(REFUSED, code, "" if clear else f"does not say what to do: {retry} {said[-800:]}")


def ran(act: Callable[[World], object], *, command: bool = False) -> Callable[[World], Saw]:
    """A command or a job: what it refuses is one line that says what to do, and its code.

    A command says so too of what its database or disk refused where no service stands between (``app.cli.main``).
    """

    def ask(world: World) -> Saw:
        try:
            said = act(world)
        except ServiceError as error:
            unclear = status_of(error) != 503 or not error.detail
            return Saw(REFUSED, error.code, f"{error.code}: {error.detail}" if unclear else "")
        except (DBAPIError, OSError) as error:
            if not command:
                raise
            return Saw(REFUSED, type(error).__name__)
        failed = getattr(said, "failed", 0)
        return Saw(REFUSED, "tried again by the next run") if failed else Saw(DONE)

    return ask


def asked(ask: Callable[[World], Answer]) -> Callable[[World], Saw]:
    return lambda world: answered(ask(world))


def _report(world: World) -> Answer:
    known = {"personal": "yes", "shared": "yes"}
    body = {"kind": "loss", "happened": HAPPENED, "aware_at": world.things["report"], "known": known}
    return world.api("chair", "POST", "/incidents", body)


def _on(world: World, act: str, where: str = "/items/{}/") -> str:
    return where.format(world.things[act])


ACTS = (
    Act(
        "begin a draft",
        asked(lambda w: w.api("officer", "POST", "/drafts", body_of(title=TITLE, text=TEXT))),
        ("sharing.draft-started", "vault.key-created"),
    ),
    Act(
        "attach a file",
        asked(lambda w: w.put("officer", f"/drafts/{w.things['attach']}/files/a.txt", CONTENT)),
        ("vault.part-sealed", "sharing.file-attached"),
        one=False,
    ),
    Act(
        "send",
        asked(lambda w: w.api("officer", "POST", f"/drafts/{w.things['send']}/send")),
        ("sharing.item-sent",),
        ("sharing.draft-not-found",),
    ),
    Act(
        "send, from the page",
        asked(lambda w: w.page("officer", f"/drafts/{w.things['send, page']}", {"version": w.things["version"]})),
        ("sharing.item-sent",),
        ("page 404", "page 409"),
        door="page",
    ),
    Act(
        "pass on",
        asked(lambda w: w.api("staff", "POST", _on(w, "pass on") + "pass-on", {"office": w.things["board"]})),
        ("sharing.item-passed-on",),
        ("sharing.done-already",),
    ),
    Act(
        "recall",
        asked(lambda w: w.api("officer", "POST", _on(w, "recall") + "recall", {"reason": "Another Board."})),
        ("sharing.item-recalled", "incidents.contained"),
        ("sharing.done-already",),
    ),
    Act("open an incident", asked(_report), ("incidents.incident-opened",)),
    Act(
        "close an incident",
        asked(lambda w: w.api("imb-security", "POST", _on(w, "close incident", "/incidents/{}/") + "agree", {})),
        ("incidents.incident-closed",),
        ("incidents.already-done", "incidents.closed"),
    ),
    Act(
        "destroy",
        ran(lambda w: sweeps.dispose(w.house)),
        ("retention.destruction-begun", "vault.key-destroyed", "vault.content-removed", "retention.item-destroyed",
         "sharing.item-emptied", "retention.certificate-issued"),
        one=False,
        door="job",
    ),
    Act(
        "sign a checkpoint",
        ran(lambda w: sweeps.checkpoint(w.house)),
        (),
        one=False,
        door="job",
        rows="select count(*) from audit_checkpoint",
    ),
    Act(
        "back up",
        ran(lambda w: backups.make(w.house, w.place, w.to), command=True),
        ("app.backup-made",),
        one=False,
        door="command",
    ),
)  # fmt: skip
