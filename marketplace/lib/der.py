"""A mend for asn1crypto 1.5: it takes every length whose last byte is 0x80 for an indefinite one.

It then writes the whole tree anew, with defaults filled in, in a way that doubles with each level: a seal takes seconds
instead of milliseconds, about once in five. Only where the length really is indefinite must it do so.
"""

from __future__ import annotations

from collections.abc import Callable

from asn1crypto import core

_INDEFINITE = 0x80


def is_indefinite(header: bytes) -> bool:
    """Whether a header (tags and lengths, explicit ones first) ends in an indefinite length."""
    at, indefinite = 0, False
    while at < len(header):
        many = header[at] & 0x1F == 0x1F
        at += 1
        while many and at < len(header):  # a tag of several bytes goes on while the high bit is set
            many = bool(header[at] & 0x80)
            at += 1
        if at >= len(header):
            return False
        length = header[at]
        indefinite = length == _INDEFINITE
        at += 1 + (length & 0x7F if length & 0x80 else 0)
    return indefinite


def _mended(original: Callable[..., bytes]) -> Callable[..., bytes]:
    def dump(self: core.Asn1Value, force: bool = False) -> bytes:
        header = self._header
        if not force and header is not None and header[-1:] == b"\x80" and not is_indefinite(header):
            contents = self.contents  # writes a changed tree anew, and then forgets the header
            if self._header is not None:
                return bytes(self._header + contents + self._trailer)
        return original(self, force=force)

    dump.__doc__ = original.__doc__
    return dump


def mend() -> None:
    """Put the mend in place, once; whoever builds or writes signatures calls it at import."""
    for kind in (core.Asn1Value, core.Sequence, core.SequenceOf):
        if not getattr(kind.dump, "is_mended", False):
            mended = _mended(kind.dump)
            mended.is_mended = True  # type: ignore[attr-defined]
            kind.dump = mended
