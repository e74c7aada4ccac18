"""Before an account is opened to something else its owner shows again that it is they: one field, one fragment.

    form = ProofForm()
    if form.validate_on_submit() and proof.given(form):
        with form.refusals(), house().work(actor()) as work: …
    return page("…", form=form, proof=proof.asked())

The template includes ``account/_proof.html``, which shows what is asked: nothing, the field, or to sign in again.
"""

from __future__ import annotations

from typing import Any

from app.http.house import actor, house
from app.http.sessions import current
from app.web import forms


class ProofForm(forms.Form):
    """A code, where one is asked."""

    code = forms.code("Security code", needed="", hint="Six digits your authenticator app shows now")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._fields["code"] = self._fields.pop("code")  # faults are told in the order in which the fields stand


def given(form: ProofForm) -> bool:
    """Whether they have shown it; else the form says why not. In a unit of work of its own: a wrong code is counted."""
    with form.refusals(), house().work(actor()) as work:
        answer = work.identity.prove(
            session_token=current().token, code=form.code.data or "", actor=actor(), now=work.now
        )
    if form.errors:
        form.status = 422  # a field that was left empty, and no act that this person may not do
        return False
    if not answer.ok:
        form.say(answer.detail, "code")
    return answer.ok


def asked() -> str:
    """What the page asks for: empty where they have just shown it, "code" or "sign-in"."""
    with house().work(actor()) as work:
        return work.identity.proof_asked(session_token=current().token, actor=actor(), now=work.now)
