"""Text tables: UTF-8, UTF-16 with mark or GB18030, split by comma, tab or semicolon."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from marketplace.lib import sheet_words as words

ENDINGS = (".csv", ".tsv", ".txt")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CJK = re.compile("[\u3400-\u9fff]")
_TELLING = 4  # Chinese characters that a line of GB18030 does not make by chance when it is read as UTF-8


def rows(data: bytes, most_rows: int, most_columns: int, most_characters: int) -> Iterator[list[str]]:
    """The rows as they stand. Raises BadSheet for other encodings, mixed ones, control characters and bad quoting."""
    text = decoded(data)
    found = _CONTROL.search(text)
    if found:
        raise words.control_characters(text.count("\n", 0, found.start()) + 1)
    if text.lstrip()[:1] == "<":
        raise words.disguised_page()
    first = text.split("\n", 1)[0]
    mark = max(",\t;，", key=first.count)
    number, left = 0, most_characters
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), start=1):
            left -= sum(map(len, row))
            if number > most_rows or len(row) > most_columns or left < 0:
                raise words.too_big(most_rows, most_columns)
            yield row
    except csv.Error as error:
        raise words.broken_line(number + 1) from error


def decoded(data: bytes) -> str:
    """The text of the bytes. Raises BadSheet where they are of no usual encoding, or of two."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030":
            _refuse_mixed(data)
        return text
    if "gb18030" in encodings:
        _refuse_mixed(data)
    raise words.unknown_text()


def _refuse_mixed(data: bytes) -> None:
    """A file that is not UTF-8 as a whole must not have lines that plainly are: they would come in as nonsense."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            text = line.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        if len(_CJK.findall(text)) >= _TELLING:
            raise words.mixed_text(number)
