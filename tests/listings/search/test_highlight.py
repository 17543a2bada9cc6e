"""Where the words of a question stand in a text."""

from __future__ import annotations

from listings.search import analysis, highlight


def marked(text: str, question: str) -> str:
    return str(highlight.mark(text, analysis.question(question)[0]))


def test_the_words_of_the_question_are_marked() -> None:
    assert marked("烟气余热回收", "余热") == "烟气<mark>余热</mark>回收"


def test_synonyms_are_marked_too() -> None:
    assert marked("换热管除垢", "水垢") == "换热管<mark>除垢</mark>"


def test_markup_in_the_text_is_escaped() -> None:
    assert marked("<b>余热</b>&", "余热") == "&lt;b&gt;<mark>余热</mark>&lt;/b&gt;&amp;"


def test_markup_in_the_question_marks_nothing() -> None:
    assert "<script" not in marked("余热 script", "<script>alert(1)</script>")


def test_traditional_characters_keep_their_place() -> None:
    assert marked("煙氣餘熱", "余热") == "煙氣<mark>餘熱</mark>"


def test_english_words_are_marked_with_their_endings() -> None:
    assert marked("Recycling of Batteries", "recycled") == "<mark>Recycling</mark> of Batteries"


def test_an_english_word_is_not_marked_inside_another() -> None:
    assert marked("misleading", "lead") == "misleading"


def test_an_excerpt_begins_near_the_first_hit_and_says_where_it_was_cut() -> None:
    text = "前" * 100 + "余热" + "后" * 200
    piece = str(highlight.excerpt(text, analysis.question("余热")[0]))

    assert piece.startswith("…前")
    assert "<mark>余热</mark>" in piece
    assert piece.endswith("…")
    assert len(piece) < 150


def test_a_text_without_the_words_has_no_excerpt() -> None:
    assert highlight.excerpt("别的", analysis.question("余热")[0]) == ""
