"""In which language a page is said: what somebody chose, where the page is done in it; else English, wholly.

English is written where it is needed and is the key of the catalogues (gettext's way). ``_`` says a sentence in the
language of this page; ``N_`` marks one that is said later, by ``told``; templates have ``_`` and ``ngettext`` by
Jinja's own extension. What is read from a catalogue is kept for the life of the process.

Protective markings are never said otherwise. OFFICIAL and OFFICIAL-SENSITIVE are marks, not words: the Government
Security Classifications know no Welsh form of them, and a mark that looks different is a different mark.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, current_app, g, has_app_context, request
from markupsafe import Markup

from app.bootstrap.translated import INTERFACE, theirs
from app.http.csrf import API
from app.http.house import house
from foundation.phrases import Phrase

ENGLISH, WELSH = "en", "cy"
LANGUAGES = {ENGLISH: "English", WELSH: "Cymraeg"}
COOKIE, SECURE_COOKIE = "custodes-language", "__Host-custodes-language"
KEPT = 365 * 24 * 3600  # seconds
KEY = "language"
# Sections and pages that are done in Welsh. Every other page is English from top to bottom, and says so.
DONE = frozenset({
    "auth", "invitations", "acts", "files", "languages", "providers.begin", "providers.come_back",
    "items.inbox", "items.show", "items.open_", "items.content",
})  # fmt: skip


def wanted() -> str:
    """What somebody chose in this browser. Nothing is guessed from what the browser says of its languages."""
    chosen = request.cookies.get(cookie_name(), "")
    return chosen if chosen in LANGUAGES else ENGLISH


def shown() -> str:
    """The language of the page that is being made. Outside of a request, English."""
    return str(g.get(KEY, ENGLISH)) if has_app_context() else ENGLISH


def speak(language: str) -> None:
    """From here on this request is answered in that language."""
    g.language = language


def done(endpoint: str | None) -> bool:
    """Whether the page is done in Welsh. An address nobody knows is answered by a page that is."""
    return endpoint is None or endpoint in DONE or endpoint.partition(".")[0] in DONE


def gettext(message: str) -> str:
    """The sentence in the language of the page."""
    return message if shown() == ENGLISH else catalogue().gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form for so many. Welsh has six."""
    if shown() == ENGLISH:
        return one if count == 1 else many
    return catalogue().ngettext(one, many, count)


def _(message: str, **values: Any) -> str:
    """The sentence in the language of the page, with its values put in."""
    return gettext(message) % values if values else gettext(message)


def in_number(one: str, many: str, count: int) -> str:
    """ "1 item", "1,204 items": ``%(num)s`` is the number."""
    return ngettext(one, many, count) % {"num": f"{count:,}"}


def N_(message: str) -> str:
    """A sentence that is said later: marked here, for the catalogue."""
    return message


def told(text: str) -> str:
    """A sentence marked elsewhere, in the language of the page; in English where the catalogue has none for it."""
    return _in_welsh(text) or text if shown() == WELSH else text


def said(text: str) -> str:
    """As ``told``; what has to stay English on a page in Welsh says that it is, so that it is read aloud rightly."""
    if shown() == ENGLISH or not text:
        return text
    found = _in_welsh(text)
    return found or Markup('<span lang="en">{}</span>').format(text)


def _in_welsh(text: str) -> str:
    """Empty where there is none."""
    pattern, values = (text.pattern, text.values) if isinstance(text, Phrase) else (text, {})
    found = catalogue().gettext(pattern) if pattern else ""
    if found == pattern:
        return ""
    return found % {name: told(value) for name, value in values.items()} if values else found


def catalogue() -> Translations:
    """Every Welsh sentence: the interface's own, and those of the policies in force here where they bring any."""
    return _read(house().settings.policies)


@cache
def _read(policies: Path) -> Translations:
    """Compiled here: the project keeps what people read, and nothing that could be behind it."""
    whole = _compiled(INTERFACE)
    more = theirs(policies)
    return whole.merge(_compiled(more)) if more.exists() else whole


def _compiled(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=WELSH))
    compiled.seek(0)
    return Translations(compiled)


def cookie_name() -> str:
    """What the cookie is called here, as the session's is: tied to this host and to HTTPS."""
    return SECURE_COOKIE if current_app.config["CUSTODES_SECURE"] else COOKIE


def keep(response: Response, language: str) -> None:
    """Keep the choice in this browser. It is no secret; script still has no use for it."""
    secure = bool(current_app.config["CUSTODES_SECURE"])
    response.set_cookie(cookie_name(), language, max_age=KEPT, secure=secure, httponly=True, samesite="Lax", path="/")


def identify() -> None:
    """After it is known who asks: the language of the answer. The API is English."""
    machine = request.path.startswith(API) or request.endpoint == "static"
    speak(wanted() if not machine and done(request.endpoint) else ENGLISH)


def say_so(response: Response) -> Response:
    """What language a page is in, and that another person may be given another."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", shown())
        response.vary.add("Cookie")
    return response


def here() -> str:
    """The address of this page, for the way back to it; the first page where it can only be sent to."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    rule = request.url_rule
    return request.path if rule is None or "GET" in (rule.methods or ()) else "/"


def seen_by_templates() -> dict[str, Any]:
    """What the layouts need for the switch, and for what people wrote: nobody knows its language, and it says so."""
    language = shown()
    return {
        "language": language,
        "htmlLang": language,
        "missing": language != wanted(),
        "unknown_language": Markup(' lang=""') if language != ENGLISH else "",
        "here": here(),
    }


def set_up(app: Flask) -> None:
    """Called after the session is known, and before any page."""
    app.before_request(identify)
    app.after_request(say_so)
    app.context_processor(seen_by_templates)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(said=said, told=told)
