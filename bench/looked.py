"""Which pages bench/doors.py looks at, as whom; bench/targets.py asks for each of them."""

from __future__ import annotations

# Who looks at what; {0} is an item that was sent to them.
PAGES = (
    ("chair", "home, Board Chair", "/"),
    ("staff", "home, IMB staff", "/"),
    ("officer", "home, correspondence officer", "/"),
    ("hmip-records", "home, records manager", "/"),
    ("compliance", "home, compliance officer", "/"),
    ("imb-chair", "home, National Chair", "/"),
    ("chair", "inbox", "/items"),
    ("chair", "inbox, open ones", "/items?state=open"),
    ("staff", "item, before it is opened", "/items/{0}"),
    ("staff", "item, opened", "/items/{0}/content"),
    ("hmip-records", "disposals", "/disposals"),
    ("hmip-records", "disposals, what is due", "/disposals?state=due"),
    ("compliance", "certificates", "/certificates"),
)

VISITED = {"sign-in": "/sign-in", "home": "/", "inbox": "/items"}
