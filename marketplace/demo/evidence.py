"""A one-page PDF that stands for a scan."""

from __future__ import annotations

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
