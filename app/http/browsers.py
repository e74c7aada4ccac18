"""What kind of browser somebody signed in with, for the list of their own sessions. Never for a decision."""

from __future__ import annotations

import re

# In this order: most say that they are several others too.
_BROWSERS = (
    (r"\bEdgA?/", "Edge"),
    (r"\bOPR/", "Opera"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"Chrome/|\bChromium/|\bCriOS/", "Chrome"),
    (r"\bSafari/", "Safari"),
)
_SYSTEMS = (
    (r"\bAndroid\b", "Android"),
    (r"\biPhone\b", "an iPhone"),
    (r"\biPad\b", "an iPad"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b", "a Mac"),
    (r"\bCrOS\b", "a Chromebook"),
    (r"\bLinux\b", "Linux"),
)


def kind_of(user_agent: str) -> str:
    """ "Firefox on Windows"; "A browser" for what says nothing that is known here."""
    browser = next((name for sign, name in _BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for sign, name in _SYSTEMS if re.search(sign, user_agent)), "")
    return " on ".join(part for part in (browser or "A browser", system) if part)
