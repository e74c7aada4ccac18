"""How the pages of docs/ become a site: ``make docs``."""

from __future__ import annotations

import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Custodes"
author = "The authors of Custodes"
release = version = _PROJECT["version"]

extensions = ["myst_parser"]
myst_heading_anchors = 4
exclude_patterns = ["adr/README.md"]
# Without the pictures of the guides, which a browser takes, every other word and link is checked all the same.
if tags.has("words"):  # type: ignore[name-defined]  # noqa: F821 - given by Sphinx
    suppress_warnings = ["image.not_readable"]

html_theme = "furo"
html_title = "Custodes"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
templates_path: list[str] = []
