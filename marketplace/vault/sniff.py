"""What a file really is: by its first bytes, and by reading it again (WEB-2). Names and headers are not believed."""

from __future__ import annotations

import io
import warnings
import zipfile

from PIL import Image

from marketplace.lib import sheets
from marketplace.vault import kinds

MOST_PIXELS = 50_000_000  # an A3 page scanned at 600 dpi needs 70 million; at 400 dpi 31 million
_PDF_TAIL = 2_048  # bytes at the end within which %%EOF must stand

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", kinds.PDF),
    (b"\x89PNG\r\n\x1a\n", kinds.PNG),
    (b"\xff\xd8\xff", kinds.JPEG),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kinds.XLS),
)


def content_type(data: bytes, name: str) -> str:
    """The type of a file's content, '' when it is none that the vault knows or when it does not hold together.

    `name` is asked in one case only: text is a table when its name ends in .csv.
    """
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found if _holds(data, found, name) else ""
    if data.startswith(b"PK\x03\x04"):
        found = _zip_type(data)
        return found if found and _holds(data, found, name) else ""
    if name.lower().endswith(".csv") and _holds(data, kinds.CSV, name):
        return kinds.CSV
    return ""


def _holds(data: bytes, found: str, name: str) -> bool:
    match found:
        case kinds.PDF:
            return _pdf_holds(data)
        case kinds.PNG | kinds.JPEG:
            return _image_holds(data, found)
        case _:
            try:
                sheets.read(data, name)
            except sheets.BadSheet:
                return False
            return True


def _pdf_holds(data: bytes) -> bool:
    """A header at the very start, a cross-reference and an end: so no file of another kind hides behind %PDF."""
    tail = data[-_PDF_TAIL:]
    return b"%%EOF" in tail and b"startxref" in tail and data[5:8].replace(b".", b"").isdigit()


def _image_holds(data: bytes, found: str) -> bool:
    """Decodes fully, is what its first bytes say, and is no flood of pixels."""
    form = "PNG" if found == kinds.PNG else "JPEG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[form]) as image:
                if image.width * image.height > MOST_PIXELS:
                    return False
                image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return False
    # What follows the image's end is another file riding along.
    end = b"IEND\xaeB`\x82" if found == kinds.PNG else b"\xff\xd9"
    return data.rstrip(b"\x00\r\n ").endswith(end)


def _zip_type(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names and "[Content_Types].xml" in names:
                return kinds.XLSX
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return kinds.ODS if archive.read("mimetype").decode("ascii", "replace").strip() == kinds.ODS else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return ""
    return ""
