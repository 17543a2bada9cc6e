"""Papers: the same bytes, never markup from data, never a crash over a character."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marketplace.lib import papers

SOURCE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: "纸", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: "zh", font: "Noto Sans CJK SC")
#title()
#d.text
"""


def make(text: str) -> bytes:
    return papers.compile(SOURCE, {"data": json.dumps({"text": text})})


def test_a_paper_has_the_same_bytes_every_time() -> None:
    assert make("专利实施许可合同") == make("专利实施许可合同")


def test_a_paper_ends_with_a_line_end_so_that_a_seal_keeps_it_pdf_a() -> None:
    assert make("合同").endswith(b"%%EOF\n")


def test_data_are_text_and_never_run() -> None:
    marked = '#panic("run") $x$ *b* #read("/etc/passwd") ] } "'

    assert make(marked).startswith(b"%PDF-")
    with pytest.raises(papers.CannotPrint, match="panicked"):
        papers.compile(SOURCE + '#panic("run")', {"data": json.dumps({"text": ""})})


def test_a_source_that_typst_refuses_says_so() -> None:
    with pytest.raises(papers.CannotPrint):
        papers.compile("#nothing", {})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("许可", "许可"),
        ("𠮷野家", "𠮷野家"),
        ("火箭🚀", "火箭〓"),
        ("低浓度 SO₂ 烟气，10⁻³", "低浓度 SO₂ 烟气，10⁻³"),
        ("a\u200bb\x07c\ufeff", "abc"),
        ("e\u0301", "é"),
        ("私\ue000用", "私〓用"),
        ("一\r\n二\t三", "一\n二 三"),
    ],
)
def test_what_the_font_cannot_show_is_marked(text: str, shown: str) -> None:
    assert papers.printable(text) == shown


def test_every_character_that_is_let_through_beside_the_font_can_be_printed() -> None:
    assert papers.printable(papers._BESIDE) == papers._BESIDE
    assert make(papers._BESIDE)


def test_a_character_without_a_glyph_is_refused_by_typst_itself_so_printable_is_needed() -> None:
    with pytest.raises(papers.CannotPrint):
        make("🚀")
    assert make(papers.printable("🚀"))


@pytest.mark.shared
def test_no_naughty_string_stops_a_paper(shared: Path) -> None:
    strings = json.loads((shared / "data" / "hostile" / "blns.json").read_text(encoding="utf-8"))
    text = "\n".join(papers.printable(string) for string in strings)

    assert len(strings) > 400
    assert make(text).startswith(b"%PDF-")
