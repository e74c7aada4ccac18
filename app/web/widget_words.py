"""What the GOV.UK macros say by themselves, and what a field was given, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from app.http.language import N_, said, told

ERROR = N_("Error")
# WTForms says this itself; it is here for the catalogue.
NO_CHOICE = N_("Not a valid choice.")
_SAYS: Mapping[str, str] = {
    "showPasswordText": N_("Show"),
    "hidePasswordText": N_("Hide"),
    "showPasswordAriaLabelText": N_("Show password"),
    "hidePasswordAriaLabelText": N_("Hide password"),
    "passwordShownAnnouncementText": N_("Your password is visible"),
    "passwordHiddenAnnouncementText": N_("Your password is hidden"),
    "charactersAtLimitText": N_("You have 0 characters remaining"),
    "textareaDescriptionText": N_("You can enter up to %{count} characters"),
}
# The script of the front end chooses by Intl.PluralRules, of which one form is enough here: the number is said first.
_COUNTS: Mapping[str, str] = {
    "charactersUnderLimitText": N_("Characters remaining: %{count}"),
    "charactersOverLimitText": N_("Characters too many: %{count}"),
}
_FORMS = ("zero", "one", "two", "few", "many", "other")
_PARTS = (N_("Day"), N_("Month"), N_("Year"))


def spoken(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a macro, said in the language of this page; what people and policies named stays."""
    found = dict(params)
    for name in ("label", "hint"):
        if found.get(name):
            found[name] = _text(found[name])
    if (found.get("fieldset") or {}).get("legend"):
        found["fieldset"] = {**found["fieldset"], "legend": _text(found["fieldset"]["legend"])}
    if found.get("errorMessage"):
        found["errorMessage"] = {"html": escape(said(found["errorMessage"]["text"])), "visuallyHiddenText": told(ERROR)}
    if found.get("items"):
        found["items"] = [_item(item) for item in found["items"]]
    counts = {name: dict.fromkeys(_FORMS, told(text)) for name, text in _COUNTS.items()}
    return {**{name: told(text) for name, text in _SAYS.items()}, **counts, **found}


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    found = _text(item) if item.get("text") else dict(item)
    if found.get("label"):
        found["label"] = told(found["label"]) if isinstance(found["label"], str) else found["label"]
    return found


def _text(owner: Mapping[str, Any]) -> dict[str, Any]:
    return {**owner, "text": told(owner["text"])} if owner.get("text") else dict(owner)
