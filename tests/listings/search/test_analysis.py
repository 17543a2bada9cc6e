"""From text to words."""

from __future__ import annotations

import pytest

from listings.search import analysis


def forms(text: str) -> list[str]:
    return [word.forms[0] for word in analysis.question(text)[0]]


def test_traditional_and_simplified_characters_are_the_same_words() -> None:
    assert analysis.words("熱交換器結垢") == analysis.words("热交换器结垢")


def test_full_width_letters_and_digits_are_the_same_words() -> None:
    assert analysis.words("ＰＭ２．５　检测") == analysis.words("pm2.5 检测")


def test_technical_terms_stay_whole() -> None:
    assert "石墨烯" in analysis.words("一种石墨烯复合材料")
    assert "面制品" in analysis.words("面制品改良剂")


def test_long_words_are_stored_by_their_parts_too() -> None:
    assert {"锂离子电池", "电池"} <= set(analysis.words("退役锂离子电池"))


@pytest.mark.parametrize("word", ["recycle", "recycles", "recycled", "recycling"])
def test_english_endings_do_not_matter(word: str) -> None:
    assert analysis.stem(word) == "recycl"


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("batteries", "battery"), ("gases", "gas"), ("gas", "gas"), ("glass", "glass"), ("SO2", "SO2"), ("lead", "lead"),
     ("heating", "heat"), ("welded", "weld"), ("stopped", "stop")],
)  # fmt: skip
def test_stems(word: str, stemmed: str) -> None:
    assert analysis.stem(word) == stemmed


def test_words_that_only_ask_are_left_out() -> None:
    assert forms("我们厂里的余热怎么回收") == ["余热", "回收"]


def test_a_question_of_such_words_alone_keeps_them() -> None:
    assert forms("怎么办") == ["怎么办"]


def test_a_synonym_of_several_words_is_one_expression() -> None:
    words, _numbers = analysis.question("losing waste heat")
    assert "余热" in next(word for word in words if word.forms[0] == "wast heat").kin


@pytest.mark.parametrize(
    "spelling",
    [
        "ZL 2019 2 1898050.0", "ZL201921898050.0", "201921898050.0", "2019218980500", "CN201921898050.0",
        "zl201921898050.0", "２０１９２１８９８０５００", "专利号：ZL201921898050.0", "ZL 2019 2 1898050 . 0",
    ],
)  # fmt: skip
def test_a_patent_number_is_read_in_every_spelling(spelling: str) -> None:
    assert analysis.question(spelling)[1] == ["2019218980500"]


@pytest.mark.parametrize("text", ["201921898050.1", "13800135678", "2024", "280-620", "12345678901234567890"])
def test_what_is_no_patent_number_is_not_taken_for_one(text: str) -> None:
    assert analysis.question(text)[1] == []


def test_an_announcement_number_is_read() -> None:
    assert analysis.question("CN 112345678 B")[1] == ["CN112345678B"]


def test_a_number_beside_words_leaves_the_words() -> None:
    words, numbers = analysis.question("ZL201921898050.0 换热器")
    assert numbers == ["2019218980500"]
    assert [word.forms[0] for word in words] == ["换热器"]


def test_no_more_than_so_many_words_are_read() -> None:
    words, _numbers = analysis.question(" ".join(f"word{number}" for number in range(200)))
    assert len(words) == analysis.MOST_WORDS


def test_an_index_of_other_terms_has_another_fingerprint() -> None:
    assert len(analysis.fingerprint()) == 8
