"""The usual shape of leaves and disclosures, each as one pattern: reading a whole log parses nothing twice.

A pattern here accepts only bytes that the strict reading (audit/leaf.py) accepts too, with the same values. What it
does not know — escapes in a marking, part of the disclosures — is no fault: the strict reading decides.
"""

from __future__ import annotations

import json
import re
from binascii import a2b_base64
from operator import lt

_encode = json.JSONEncoder(ensure_ascii=False).encode
_decode = json.JSONDecoder().raw_decode
_SAFE = 2**53 - 1

# 32 bytes in their one base64 form: the last character carries four bits, the other two are zero.
_HASH = r"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"
_NUMBER = r"(0|[1-9][0-9]{0,15})"
_ID = r"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
_CODE = r"[!#-\[\]-~]"  # graphic ASCII that JSON does not escape
_PLAIN = r'[^"\\\x00-\x1f]*+'
_TEXT = rf'"({_PLAIN}(?:\\.{_PLAIN})*+)"'

_LEAF = re.compile(
    r'\{"act":"(?=[^"]{1,80}")([a-z][a-z0-9-]*+(?:\.[a-z][a-z0-9-]*+)++)"'
    rf',"cls":"({_CODE}{{0,40}})","id":"{_ID}","n":{_NUMBER},"out":"(allowed|refused)","pol":"({_CODE}{{0,128}})"'
    rf',"prev":"{_HASH}","rules":\[((?:"{_CODE}{{1,120}}"(?:,"{_CODE}{{1,120}}")*)?)\]'
    rf',"sd":\["{_HASH}","{_HASH}","{_HASH}","{_HASH}"\]'
    rf',"t":{_NUMBER},"v":1,"w":"([a-z0-9][a-z0-9._/-]{{0,63}})"\}}'
).fullmatch
_FOUR = "".join(
    (
        r"\[",
        ",".join(rf'\["{_HASH}","{name}",{_TEXT}\]' for name in ("who", "subject", "what", "why")),
        r"\]",
    )
)
_DISCLOSED = re.compile(_FOUR).fullmatch
_LINE = re.compile(rf'\{{"disclosed":{_FOUR},"id":"{_ID}"\}}').fullmatch
_WHO = re.compile(
    rf'\{{"id":"{_PLAIN}","name":"{_PLAIN}","party":"{_PLAIN}","principal":(?:0|-?[1-9][0-9]{{0,14}}+),"request":"{_PLAIN}"\}}'
).fullmatch

_PAIR = rf'"([ !#-\[\]-\x7f]*+)":(?:"{_PLAIN}"|0|-?[1-9][0-9]{{0,14}}+|true|false|null)'
_PAIRS = re.compile(_PAIR).findall
_WHAT = re.compile(rf"\{{(?:{_PAIR}(?:,{_PAIR})*+)?\}}").fullmatch

Leaf = tuple[str, int, str, int, bytes, str, str, str, str, tuple[str, ...], tuple[bytes, ...]]
Four = tuple[tuple[bytes, str, str], ...]


def leaf(data: bytes) -> Leaf | None:
    """The parts of a leaf as audit.leaf.Leaf has them; None where the strict reading must decide."""
    found = _LEAF(_text(data))
    if found is None:
        return None
    act, cls, name, number, out, pol, prev, rules, a, b, c, d, time, writer = found.groups()
    n, t = int(number), int(time)
    if n > _SAFE or t > _SAFE or int(name[:8] + name[9:13], 16) != t // 1000:
        return None
    told = tuple(rules[1:-1].split('","')) if rules else ()
    commitments = (a2b_base64(a), a2b_base64(b), a2b_base64(c), a2b_base64(d))
    return name, t, writer, n, a2b_base64(prev), act, out, cls, pol, told, commitments


def disclosures(data: bytes) -> Four | None:
    """All four disclosures; None where the strict reading must decide."""
    found = _DISCLOSED(_text(data))
    return _four(found) if found else None


def line(data: bytes) -> tuple[str, Four] | None:
    """Id and disclosures of a bundle's line; None where the strict reading must decide."""
    found = _LINE(_text(data))
    four = _four(found) if found else None
    return None if found is None or four is None else (found[9], four)


def who(value: str) -> bool:
    """Is it surely a well-formed ``who``?"""
    return _WHO(value) is not None


def what(value: str) -> bool:
    """Is it surely a well-formed ``what``? Its keys rise, so none stands twice."""
    if _WHAT(value) is None:
        return False
    keys = _PAIRS(value)
    return all(map(lt, keys, keys[1:]))


def _four(found: re.Match[str]) -> Four | None:
    a, whose, b, subject, c, told, d, why = found.groups()[:8]
    one, two, three, four = _plain(whose), _plain(subject), _plain(told), _plain(why)
    if one is None or two is None or three is None or four is None:
        return None
    return (
        (a2b_base64(a), "who", one),
        (a2b_base64(b), "subject", two),
        (a2b_base64(c), "what", three),
        (a2b_base64(d), "why", four),
    )


def _plain(escaped: str) -> str | None:
    """What an escaped text says; None unless it is escaped in the canonical way."""
    if "\\" not in escaped:
        return escaped
    if escaped.count("\\") == escaped.count('\\"'):  # nothing but quotation marks, as in JSON within JSON
        return escaped.replace('\\"', '"')
    quoted = f'"{escaped}"'
    try:
        value, end = _decode(quoted)
    except ValueError:
        return None
    return value if end == len(quoted) and _encode(value) == quoted else None


def _text(data: bytes) -> str:
    """Its text; nothing where it is none."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
