"""A look into an xlsx or ods before anybody opens it: what is in it, how large it really is, what it would fetch."""

from __future__ import annotations

import io
import re
import zipfile

from marketplace.lib import sheet_words as words

MOST_MEMBERS = 500  # files inside an xlsx or ods
LARGEST_UNPACKED = 200 * 2**20  # bytes
LARGEST_RATIO = 250  # unpacked to packed, for members above 1 MiB

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_DTD = re.compile(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")
_MACROS = ("xl/vbaproject.bin", "xl/macrosheets/", "xl/vbadata.xml", "basic/")
_LINKS = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")


def check(data: bytes) -> None:
    """Raises BadSheet for a bomb, macros, links to elsewhere, files inside the file, a DTD, or no workbook at all."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
    except words.BadSheet:
        raise
    except Exception as error:  # a broken archive makes zlib, struct and others raise whatever they like
        raise words.not_a_sheet() from error


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if len(members) > MOST_MEMBERS or len(names) != len(members):
        raise words.not_a_sheet()
    lower = [name.lower() for name in names]
    if any(name.startswith(_MACROS) for name in lower):
        raise words.macros()
    if any(name.startswith(_LINKS) for name in lower):
        raise words.external_links()
    is_ods = (
        "mimetype" in names
        and archive.getinfo("mimetype").file_size < 100
        and archive.read("mimetype").strip() == _ODS.encode()
    )
    if not (is_ods or {"xl/workbook.xml", "[Content_Types].xml"} <= names):
        raise words.nested() if _holds_archives(archive) else words.not_a_sheet()
    left = LARGEST_UNPACKED
    for member in members:
        left -= _unpacked(archive, member, left)


def _holds_archives(archive: zipfile.ZipFile) -> bool:
    return any(archive.open(member).read(8).startswith(_PACKED) for member in archive.infolist()[:20])


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """The real size of a member, which its own entry may understate. Raises BadSheet for a bomb, a file or a DTD."""
    size, tail = 0, b""
    with archive.open(member) as source:
        while chunk := source.read(2**18):
            if not size and chunk.startswith(_PACKED):
                raise words.nested()
            size += len(chunk)
            if size > left or (size > 2**20 and size > LARGEST_RATIO * max(1, member.compress_size)):
                raise words.unpacks_too_far()
            if _DTD.search((tail + chunk).replace(b"\x00", b"")):
                raise words.not_a_sheet()
            tail = chunk[-32:]
    return size
