"""Translation catalogs: extracted, brought up to date and compiled without system tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOMS = ("marketplace", "listings", "cms", "templates")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A message in the code: its text, plural, context and where it stands."""

    text: str
    plural: str
    context: str
    place: str


def catalog_files() -> list[Path]:
    """The catalogs that are kept by hand."""
    return sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po"))


def compile_all() -> int:
    """Compile each catalog whose binary is missing or older. Returns how many were compiled."""
    count = 0
    for file in catalog_files():
        binary = file.with_suffix(".mo")
        if not binary.exists() or binary.stat().st_mtime < file.stat().st_mtime:
            polib.pofile(str(file)).save_as_mofile(str(binary))
            count += 1
    return count


def found_in_code(root: Path) -> Iterator[Found]:
    """Every message of the Python files and templates below the rooms of `root`."""
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if "migrations" in file.parts or file.suffix not in {".py", ".html", ".txt", ".md"}:
                continue
            text = file.read_text(encoding="utf-8")
            place = file.relative_to(root).as_posix()
            if file.suffix != ".py":
                # Django turns a template into lookalike Python; the tag `{% translate %}` then reads as gettext().
                # Its lines keep the template's indentation, which Python would take for blocks.
                text = "\n".join(line.lstrip() for line in templatize(text, origin=place).splitlines())
            yield from _extract(text, place)


def _extract(text: str, place: str) -> Iterator[Found]:
    from io import BytesIO

    from babel.messages.extract import extract

    stream: IO[bytes] = BytesIO(text.encode())
    for _line, message, _comments, context in extract("python", stream, keywords=KEYWORDS):
        first, plural = message if isinstance(message, tuple) else (message, "")
        if first:
            yield Found(first, plural or "", context or "", place)


def update(catalog: Path, messages: list[Found]) -> polib.POFile:
    """Add new messages, drop those no longer used, keep translations; returns the catalog as saved."""
    old = polib.pofile(str(catalog)) if catalog.exists() else polib.POFile()
    known = {(e.msgid, e.msgctxt or ""): e for e in old}
    fresh = polib.POFile(wrapwidth=0)
    fresh.metadata = old.metadata or {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": catalog.parent.parent.name,
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for found in sorted({(f.text, f.plural, f.context) for f in messages}):
        text, plural, context = found
        entry = polib.POEntry(msgid=text, msgid_plural=plural, msgctxt=context or None)
        if before := known.get((text, context)):
            entry.msgstr, entry.msgstr_plural = before.msgstr, before.msgstr_plural
            if plural and not entry.msgstr_plural and before.msgstr:
                entry.msgstr, entry.msgstr_plural = "", {0: before.msgstr}
            if not plural and before.msgstr_plural:
                entry.msgstr, entry.msgstr_plural = before.msgstr_plural.get(0, ""), {}
        if re.search(r"%\(\w+\)[sd]", text):
            entry.flags.append("python-format")
        fresh.append(entry)
    catalog.parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(catalog))
    return fresh


def untranslated(catalog: polib.POFile) -> list[str]:
    """Messages without a translation, or whose placeholders differ from the source's."""
    wrong = []
    for entry in catalog:
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        wanted = set(re.findall(r"%\(\w+\)[sd]", entry.msgid + entry.msgid_plural))
        for text in texts or [""]:
            used = set(re.findall(r"%\(\w+\)[sd]", text))
            if not text or (used - wanted) or (wanted - used and not entry.msgid_plural):
                wrong.append(entry.msgid)
    return wrong
