"""Batches of due items, from opening to approval; returns of many at once; what waits on a disposal day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from flask import Response, url_for

from app.api import cursor
from app.api.certificates import CERTIFICATE_FILE, CERTIFICATE_PDF, certificate_file
from app.api.errors import PreconditionRequired
from app.api.reply import Reply, expected, once
from app.api.schemas import batches as schemas
from app.api.schemas.holds import AllDecided
from app.api.schemas.shapes import Nothing
from app.api.section import Section
from app.bootstrap.duties import must
from app.bootstrap.work import Work
from app.http.house import actor, house
from foundation.calendar import london_date
from retention.model.batch import UNDER_WAY, Batch, Place, Wanted
from retention.queries.batches import BatchSeen
from retention.service.holds import UNKNOWN, Decided, Terms

bp = Section("batches", "Batches of due items: reviewed together, approved by another person; the disposal day.")
LOOK = "view-disposal-log"


@bp.op("GET", "/disposals/day", gives=schemas.DisposalDay)
def day() -> Reply:
    """What waits for the asker's body today."""
    with house().work(actor()) as work:
        must(work, LOOK)
        party, today = actor().party, london_date(work.now)
        rows = work.batches.batches(party=party, states=UNDER_WAY)
        told = [{**asdict(one), "reference": reference} for one, reference in work.day.reminders(party)]
        shown = {
            "party": party,
            "failing": work.outstanding.failing(),
            "failures": work.outstanding.failures(),
            "stages": work.day.stages(party, today=today),
            "holds": work.day.holds(party, today=today),
            "batches": [_row(each.batch, each.items) for each in rows],
            "reminders": told,
        }
        return Reply(shown)


@bp.op("GET", "/batches", query=schemas.BatchesQuery, gives=schemas.Batches)
def batches(query: dict[str, Any]) -> Reply:
    """Batches, the newest first."""
    states = [query["state"]] if query["state"] else []
    with house().work(actor()) as work:
        must(work, LOOK)
        rows = work.batches.batches(
            party=query["party"], states=states, before=cursor.text(query["cursor"]), size=query["limit"]
        )
    after = cursor.of_text(rows[-1].batch.id) if len(rows) == query["limit"] else None
    return Reply({"items": [_row(each.batch, each.items) for each in rows], "next": after})


@bp.op("POST", "/batches", takes=schemas.BatchBody, gives=schemas.BatchOpened, status=201)
def open_(body: dict[str, Any]) -> Reply:
    """Take the due items that fit into a batch. What a hold stands on is left out and named."""

    def act(work: Work) -> Reply:
        must(work, LOOK)
        wanted = Wanted(body["class_"], body["establishment"], body["due_by"])
        made = work.retention.open_batch(wanted, actor=actor(), now=work.now)
        seen = work.batches.batch(made.batch.id)
        shown = {
            **_left(seen.batch, _answers(seen, made.left)),
            "number": made.batch.number,
            "taken": len(seen.items) - len(made.left),
            "left": _answers(seen, made.left),
            "more": made.more,
        }
        return Reply(shown, location=url_for("api_batches.batch", batch=made.batch.id))

    return once(act, names={"retention_class": "class"})


@bp.op("GET", "/batches/<batch>", gives=schemas.BatchSeen)
def batch(batch: str) -> Reply:
    """One batch with every item that was ever in it. Its ETag is what `approve` asks for."""
    with house().work(actor()) as work:
        must(work, LOOK)
        seen = work.batches.batch(batch)
        places: dict[Place, int] = {}
        for each in seen.items:
            places[each.member.place] = places.get(each.member.place, 0) + 1
        members = [
            {
                "case": each.case,
                "place": each.member.place,
                "changed": each.changed,
                "reason": each.member.reason,
                "review_reason": each.case.review_reason,
            }
            for each in seen.items
        ]
        shown = {**_row(seen.batch, places), "would": seen.proposed, "proposers": sorted(seen.proposers)}
        return Reply({**shown, "members": members}, version=seen.stamp)


@bp.op("GET", "/batches/<batch>/certificate", doc=CERTIFICATE_FILE)
def certificate(batch: str) -> Response:
    """The certificate of a batch, byte for byte as issued: it names those of its items and what was kept out."""
    return _certificate(batch)


@bp.op("GET", "/batches/<batch>/certificate/pdf", doc=CERTIFICATE_PDF)
def certificate_as_pdf(batch: str) -> Response:
    """The same to read, to print and to keep: PDF/A-3a and PDF/UA-1, with the file attached byte for byte."""
    return _certificate(batch, pdf=True)


def _certificate(batch: str, *, pdf: bool = False) -> Response:
    with house().work(actor()) as work:
        must(work, LOOK)
        found = work.batches.certificate(batch)
    return certificate_file(found.text, found.number, pdf=pdf)


@bp.op("POST", "/batches/<batch>/proposals", takes=schemas.ProposalBody, gives=schemas.BatchLeft)
def propose(body: dict[str, Any], batch: str) -> Reply:
    """Propose the same for these items: an answer for each. What is refused of one stops no other."""

    def act(work: Work, _seen: BatchSeen) -> Iterable[Decided]:
        items = _items(work, body["references"])
        if body["proposal"] == "hold":
            issuer = body["issuer"] or house().policies.parties[actor().party].short
            terms = Terms(body["reason"], issuer, review_on=body["review_on"])
            return work.retention.hold_in_batch(batch, items, terms, actor=actor(), now=work.now)
        given = {name: body[name] for name in ("proposal", "reason", "until")}
        return work.retention.propose_in_batch(batch, items, **given, actor=actor(), now=work.now)

    return _act(batch, act, body["references"])


@bp.op("POST", "/batches/<batch>/submit", takes=Nothing, gives=schemas.BatchLeft)
def submit(_body: dict[str, Any], batch: str) -> Reply:
    """Put it before those who approve. What nothing was proposed for is left out and named."""
    return _act(batch, lambda work, _: work.retention.submit_batch(batch, actor=actor(), now=work.now)[1])


@bp.op("POST", "/batches/<batch>/approve", takes=Nothing, gives=schemas.BatchLeft)
def approve(_body: dict[str, Any], batch: str) -> Reply:
    """Approve it as it was seen: send its ETag as If-Match. What was changed or held since its review is left out."""
    seen = expected(required=True)
    if seen is None:
        raise PreconditionRequired("Send the ETag of the batch you looked at: a batch is approved as it was seen.")
    return _act(
        batch, lambda work, _: work.retention.approve_batch(batch, seen=seen, actor=actor(), now=work.now).items
    )


@bp.op("POST", "/batches/<batch>/send-back", takes=schemas.SendBackBody, gives=schemas.BatchLeft)
def send_back(body: dict[str, Any], batch: str) -> Reply:
    """Take single items out of a submitted batch, or send all of it back: they are due again."""

    def act(work: Work, seen: BatchSeen) -> Iterable[Decided]:
        proposed = [each.case.item for each in seen.items if each.member.place == "proposed"]
        items = proposed if body["references"] is None else _items(work, body["references"])
        return work.retention.send_back_items(batch, items, reason=body["reason"], actor=actor(), now=work.now)

    return _act(batch, act, body["references"] or ())


@bp.op("POST", "/batches/<batch>/close", takes=schemas.BatchCloseBody, gives=schemas.BatchLeft)
def close(body: dict[str, Any], batch: str) -> Reply:
    """Give an open batch up: its items are due and free for another."""

    def act(work: Work, _seen: BatchSeen) -> Iterable[Decided]:
        work.retention.close_batch(batch, reason=body["reason"], actor=actor(), now=work.now)
        return ()

    return _act(batch, act)


@bp.op("POST", "/returns/offers", takes=schemas.OffersBody, gives=AllDecided)
def offer(body: dict[str, Any]) -> Reply:
    """Offer these items back to their source: an answer for each."""
    return _many(body["references"], lambda w, items: w.retention.offer_many(items, actor=actor(), now=w.now))


@bp.op("POST", "/returns/answers", takes=schemas.AnswersBody, gives=AllDecided)
def answer(body: dict[str, Any]) -> Reply:
    """The source answers these offers, all the same: an answer for each."""
    given = {"answer": body["answer"], "reason": body["reason"]}
    return _many(body["references"], lambda w, items: w.retention.answer_many(items, **given, actor=actor(), now=w.now))


def _many(references: Sequence[str], do: Callable[[Work, list[str]], Iterable[Decided]]) -> Reply:
    def act(work: Work) -> Reply:
        must(work, LOOK)
        named = work.retention.items_named(references, actor=actor(), now=work.now)
        said = {each.item: each for each in do(work, list(named.values()))}
        return Reply({"items": [_answer(each, said.get(named.get(each, ""))) for each in references]})

    return once(act)


def _act(batch: str, act: Callable[[Work, BatchSeen], Iterable[Decided]], references: Sequence[str] = ()) -> Reply:
    def doing(work: Work) -> Reply:
        must(work, LOOK)
        before = work.batches.batch(batch)
        done = list(act(work, before))
        named = work.retention.items_named(references, actor=actor(), now=work.now)
        answers = _answers(before, done, {item: given for given, item in named.items()})
        answers += [_answer(each, None) for each in references if each not in named]
        after = work.batches.batch(batch)
        return Reply(_left(after.batch, answers), version=after.stamp)

    return once(doing, names={"items": "references"})


def _items(work: Work, references: Sequence[str]) -> list[str]:
    return list(work.retention.items_named(references, actor=actor(), now=work.now).values())


def _answers(seen: BatchSeen, done: Iterable[Decided], given: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    called = {each.case.item: each.case.reference for each in seen.items} | dict(given or {})
    return [_answer(called[each.item], each) for each in done]


def _answer(reference: str, done: Decided | None) -> dict[str, Any]:
    reasons = done.reasons if done is not None else (UNKNOWN,)
    return {"reference": reference, "done": not reasons, "reasons": [asdict(each) for each in reasons]}


def _left(batch: Batch, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": batch.id, "state": batch.state, "items": items}


def _row(batch: Batch, items: Mapping[Place, int]) -> dict[str, Any]:
    shown = {each.name: getattr(batch, each.name) for each in fields(batch) if each.name != "wanted"}
    return {**shown, **asdict(batch.wanted), "items": dict(items)}
