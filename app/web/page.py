"""Showing a page: the template, with the status its form asks for."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.web import alert_view
from app.web.forms import Form


def page(template: str, *, form: Form | None = None, status: int = 200, **shown: Any) -> tuple[str, int]:
    """Render ``template``. ``marking`` is the line of the most restrictive thing shown; without it, OFFICIAL."""
    shown.setdefault("notices", alert_view.notices())
    return render_template(template, form=form, **shown), form.status if form is not None and form.errors else status
