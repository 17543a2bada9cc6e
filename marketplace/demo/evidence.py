"""What stands for a scan and for a photograph in the demonstration."""

from __future__ import annotations

import io

from marketplace.lib import papers

SOURCE = """
#set document(title: sys.inputs.title, author: "Kaixu", date: datetime(year: 2026, month: 1, day: 1))
#set text(lang: "zh", region: "cn", font: "Noto Sans CJK SC", size: 12pt)
#set page(paper: "a4", margin: 30mm)
#align(center)[#text(size: 20pt, weight: "bold")[#sys.inputs.title]]
#v(2em)
本页为演示用的虚构材料，不证明任何事实。
"""


def page(title: str) -> bytes:
    """The page as PDF, with its title and the words that it proves nothing."""
    return papers.compile(SOURCE, {"title": title})


def drawing() -> bytes:
    """A plain drawing of two towers with a pipe between them, as PNG."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1200, 800), "#f2eee5")
    pen = ImageDraw.Draw(picture)
    for left in (240, 720):
        pen.rectangle((left, 160, left + 240, 680), outline="#1d1b18", width=10, fill="#ffffff")
        for level in range(260, 640, 90):
            pen.line((left + 20, level, left + 220, level), fill="#0a6456", width=8)
    pen.line((480, 240, 720, 240), fill="#a5281c", width=14)
    pen.line((100, 620, 240, 620), fill="#a5281c", width=14)
    pen.line((960, 220, 1100, 220), fill="#a5281c", width=14)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
