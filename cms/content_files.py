"""Reading the texts of `content/`: a few lines of header, then blocks that read as plain text.

A file begins with `key: value` lines and an empty line. Blocks are divided by empty lines:

    ## heading                          + step | note            (lines: a process)
    - item (lines: a list)              | cell | cell            (lines: a table; `|= caption` first)
    !info title | text                  ? question               (the lines below it are the answer)
    => listings:find | label            anything else: a paragraph

In text, `**bold**` and `[words](/path/)` are understood; everything else is escaped.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.html import escape

ROOT = Path(__file__).parent / "content"
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


class BadContent(ValueError):
    """A content file that cannot be read; the message names the file and the block."""


class Content(NamedTuple):
    """A text: what its header says, and its blocks as a StreamField takes them."""

    head: dict[str, str]
    body: list[dict[str, Any]]


def inline(text: str) -> str:
    """One paragraph's text as safe HTML."""
    safe = _BOLD.sub(r"<b>\1</b>", escape(text))
    return _LINK.sub(r'<a href="\2">\1</a>', safe)


def _block(chunk: str) -> dict[str, Any]:
    lines = chunk.splitlines()
    first = lines[0]
    if first.startswith("## "):
        return {"type": "heading", "value": first[3:].strip()}
    if first.startswith("+ "):
        steps = [[part.strip() for part in line[2:].partition("|")[::2]] for line in lines]
        return {"type": "steps", "value": [{"label": label, "note": note} for label, note in steps]}
    if first.startswith("|= "):
        rows = "\n".join(line.strip().strip("|").strip() for line in lines[1:])
        return {"type": "table", "value": {"caption": first[3:].strip(), "rows": rows}}
    if first.startswith("- "):
        items = "".join(f"<li>{inline(line[2:])}</li>" for line in lines)
        return {"type": "paragraph", "value": f"<ul>{items}</ul>"}
    if first.startswith("? "):
        answer = "".join(f"<p>{inline(line)}</p>" for line in lines[1:])
        return {"type": "question", "value": {"question": first[2:].strip(), "answer": answer}}
    if first.startswith("!"):
        tone, _blank, rest = first[1:].partition(" ")
        title, _bar, text = rest.partition("|")
        value = {"tone": tone, "title": title.strip(), "text": f"<p>{inline(' '.join([text.strip(), *lines[1:]]))}</p>"}
        return {"type": "notice", "value": value}
    if first.startswith("=> "):
        place, _bar, label = first[3:].partition("|")
        return {"type": "action", "value": {"place": place.strip(), "label": label.strip()}}
    return {"type": "paragraph", "value": f"<p>{inline(''.join(_joined(lines)))}</p>"}


def _joined(lines: list[str]) -> list[str]:
    """Lines of a paragraph: English words need a blank between lines, Chinese ones none."""
    parts: list[str] = []
    for line in lines:
        if parts and parts[-1][-1:].isascii():
            parts.append(" ")
        parts.append(line.strip())
    return parts


def parse(text: str) -> Content:
    """A content file's text. Raises BadContent when a header line is none."""
    top, _gap, rest = text.strip().partition("\n\n")
    head = {}
    for line in top.splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise BadContent(f"header line without a colon: {line!r}")
        head[key.strip()] = value.strip()
    chunks = [chunk.strip("\n") for chunk in re.split(r"\n{2,}", rest) if chunk.strip()]
    return Content(head, [_block(chunk) for chunk in chunks])


def read(language: str, name: str) -> Content:
    """The text `name` ("guides/find-and-sign") in a language. Raises BadContent with the file's name."""
    file = ROOT / language / f"{name}.txt"
    try:
        return parse(file.read_text(encoding="utf-8"))
    except (OSError, BadContent) as problem:
        raise BadContent(f"{file}: {problem}") from problem


def names(language: str, folder: str) -> list[str]:
    """The texts of a folder, in the order of their files' numbers ("10-find-and-sign.txt" is "find-and-sign")."""
    return sorted(file.stem for file in (ROOT / language / folder).glob("*.txt"))
