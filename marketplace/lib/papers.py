"""Papers by Typst: PDF/A-2a and PDF/UA-1 at once, the same bytes for the same words on every machine."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from struct import unpack_from

import manimgx_fonts_cjk
import typst

# Formulas in titles (SO₂, m⁻³): the paper's font lacks these, Typst's own fonts have them.
_BESIDE = "⁰ⁱ⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₔₕₖₗₘₙₚₛₜ⌀"
MISSING = "〓"  # what Chinese printers set where a character is not at hand
_FONT_FILE = next(Path(manimgx_fonts_cjk.__file__).parent.glob("*.ttc"))


class CannotPrint(Exception):
    """Typst refuses the paper; the message is its own."""


def compile(source: str, inputs: Mapping[str, str]) -> bytes:  # noqa: A001
    """Typst source as a PDF/A-2a and PDF/UA-1 file that ends with a line end.

    Data go in by `inputs` (`sys.inputs` in the source) and are never read as markup. The source must set the document's
    title and date; then equal arguments give equal bytes. Raises CannotPrint.
    """
    compiler = typst.Compiler(source.encode(), font_paths=_fonts(), sys_inputs=dict(inputs))
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"])
    except typst.TypstError as cause:
        raise CannotPrint(f"{cause.message}\n{cause.diagnostic}") from cause
    if not isinstance(pdf, bytes):
        raise CannotPrint("no pages")
    # Typst ends "%%EOF" without a line end; an update behind that (a seal) would break PDF/A 6.1.9.
    return pdf if pdf.endswith(b"\n") else pdf + b"\n"


def pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # heavy; few papers are counted

    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


def printable(text: str) -> str:
    """The text with every character that the paper's font cannot show replaced by 〓; line ends stay.

    PDF/A forbids characters without a glyph, and a contract must show that something stood there.
    """
    known = _known_characters()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(
        character if character == "\n" or ord(character) in known else MISSING
        for character in text
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf"}
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The wheel's fonts and Typst's own, read once; the machine's fonts are ignored."""
    folder = str(_FONT_FILE.parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


@lru_cache(maxsize=1)
def _known_characters() -> frozenset[int]:
    """The characters that the fonts have, the paper's by its format 12 character map; private use is left out."""
    data = _FONT_FILE.read_bytes()
    (first,) = unpack_from(">I", data, 12)  # every face of the collection covers the same characters
    (tables,) = unpack_from(">H", data, first + 4)
    records = (unpack_from(">4sIII", data, first + 12 + 16 * i) for i in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = unpack_from(">H", data, cmap + 2)
    subtables = [cmap + unpack_from(">HHI", data, cmap + 4 + 8 * i)[2] for i in range(count)]
    wide = next(at for at in subtables if unpack_from(">H", data, at)[0] == 12)
    (groups,) = unpack_from(">I", data, wide + 12)
    known = {ord(character) for character in _BESIDE}
    for i in range(groups):
        start, end, _ = unpack_from(">III", data, wide + 16 + 12 * i)
        known.update(range(start, end + 1))
    return frozenset(c for c in known if unicodedata.category(chr(c)) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
