"""Strategies: what is nearly right, what is endless, what is nothing at all."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    *(b"", b"\0", b"\n", b"\r\n", b"\xff", b"\xc3", b'"', b"\\", b",", b"=", b"+", b" ", b"\t", b"\x0b", b"\xc2\xa0"),
    *(b"0", b"-1", b"9" * 30, b"1e9", b"[", b"{", b"null", b"NaN", b"A" * 300),
    *(text.encode() for text in ("—", "\u202e", "٣", "\N{KELVIN SIGN}")),
)


@st.composite
def near(draw: st.DrawFn, samples: tuple[bytes, ...]) -> bytes:
    """A sample with a few places cut out or replaced, or twice of it."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        drop = draw(st.sampled_from((0, 0, 1, 2, 9, 40)))
        put = draw(st.sampled_from(PIECES) | st.binary(max_size=6))
        data = data[:at] + put + data[at + drop :]
    return data


def anything(*samples: bytes) -> st.SearchStrategy[bytes]:
    """Near the samples mostly; else any text or bytes."""
    return near(samples) | near(samples) | st.binary(max_size=200) | st.text(max_size=80).map(_encoded)


def texts(*samples: str) -> st.SearchStrategy[str]:
    """The same as text, lone surrogates now and then."""
    made = anything(*(each.encode() for each in samples)).map(lambda raw: raw.decode("utf-8", "replace"))
    return made | st.text(max_size=60)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


# Where a reader could be slow or deep: each is read in less than a second or refused.
ENDLESS = (
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"9" * 500_000,
    b'"' + b"\\" * 500_000,
    b" " * 500_000,
    b"\n" * 500_000,
    b"a+" * 250_000,
    b"\n\n" * 200_000 + b"\n",
    b"a/" * 250_000,
    b"a.a" * 150_000,
    b"A" * 900_000 + b"=",
    ("— x AAAAAAAA\n" * 20_000).encode(),
    b'"",' * 200_000,
    b"x" * 500_000 + b" " * 400_000,
)
