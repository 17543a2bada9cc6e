"""The texts in the repository."""

from __future__ import annotations

import pytest

from cms import content_files
from cms.blocks import ACTIONS, BodyBlock
from cms.content_files import BadContent, inline, parse


def test_each_kind_of_block_is_read() -> None:
    text = parse(
        "title: A\nintro: b: c\n\n## Head\n\nfirst line\nsecond line\n\n- one\n- two\n\n+ Ask | now\n+ Sign\n\n"
        "|= Prices\n| What | How much |\n| all | 3 |\n\n!warn Careful | Read **this**.\n\n? Why?\nBecause.\n\n"
        "=> listings:find | Go"
    )

    assert text.head == {"title": "A", "intro": "b: c"}
    assert [block["type"] for block in text.body] == [
        "heading",
        "paragraph",
        "paragraph",
        "steps",
        "table",
        "notice",
        "question",
        "action",
    ]
    assert text.body[1]["value"] == "<p>first line second line</p>"
    assert text.body[2]["value"] == "<ul><li>one</li><li>two</li></ul>"
    assert text.body[3]["value"] == [{"label": "Ask", "note": "now"}, {"label": "Sign", "note": ""}]
    assert text.body[4]["value"] == {"caption": "Prices", "rows": "What | How much\nall | 3"}
    assert text.body[5]["value"] == {"tone": "warn", "title": "Careful", "text": "<p>Read <b>this</b>.</p>"}
    assert text.body[6]["value"] == {"question": "Why?", "answer": "<p>Because.</p>"}
    assert text.body[7]["value"] == {"place": "listings:find", "label": "Go"}


def test_chinese_lines_are_joined_without_a_blank() -> None:
    assert parse("title: A\n\n第一行\n第二行").body[0]["value"] == "<p>第一行第二行</p>"


def test_a_text_cannot_bring_markup_of_its_own() -> None:
    assert inline("<script>x</script> **b** [l](/find/)") == (
        '&lt;script&gt;x&lt;/script&gt; <b>b</b> <a href="/find/">l</a>'
    )


def test_a_header_line_without_a_colon_is_named() -> None:
    with pytest.raises(BadContent, match="no header"):
        parse("title: A\nno header\n\ntext")


def test_a_missing_text_is_named_with_its_file() -> None:
    with pytest.raises(BadContent, match=r"en.nothing\.txt"):
        content_files.read("en", "nothing")


def test_both_languages_have_the_same_texts_with_the_same_blocks() -> None:
    first, second = content_files.ROOT / "zh-hans", content_files.ROOT / "en"
    names = sorted(file.relative_to(first).with_suffix("").as_posix() for file in first.rglob("*.txt"))

    assert names == sorted(file.relative_to(second).with_suffix("").as_posix() for file in second.rglob("*.txt"))
    for name in names:
        ours, theirs = content_files.read("zh-hans", name), content_files.read("en", name)
        assert [block["type"] for block in ours.body] == [block["type"] for block in theirs.body], name
        assert ours.head.keys() - {"number"} == theirs.head.keys() - {"number"}, name


def test_every_block_is_one_that_editors_know() -> None:
    known, places = set(BodyBlock().child_blocks), {place for place, _label in ACTIONS}
    for language in ("zh-hans", "en"):
        for file in (content_files.ROOT / language).rglob("*.txt"):
            for block in content_files.parse(file.read_text(encoding="utf-8")).body:
                assert block["type"] in known
                if block["type"] == "action":
                    assert block["value"]["place"] in places


def test_there_are_at_least_twelve_questions() -> None:
    questions = [block for block in content_files.read("zh-hans", "questions").body if block["type"] == "question"]
    assert len(questions) >= 12
