"""``python -m app.story``: one item's whole life over HTTP."""

from app.story.main import main

main()
