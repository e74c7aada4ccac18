"""What pages say of a refusal, out of docs/errors.md: python -m tools.next_steps."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.http.next_steps import FILE

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"
ROW = re.compile(r"^\| `([a-z.-]+)` \| \d+ \| .+? \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def main() -> None:
    """Write it anew."""
    FILE.write_text(made(), encoding="utf-8")


def made() -> str:
    """Every code with its sentences, as a page can say them: no link and no code in quotes."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    found = {code: LINK.sub(r"\1", text).replace("`", "").strip() for code, text in rows}
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
