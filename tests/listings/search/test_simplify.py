"""The short cut for simplified text changes nothing."""

from __future__ import annotations

from hypothesis import given, settings, strategies
from opencc import OpenCC

from listings.search.simplify import simplified

WHOLE = OpenCC("t2s")
SIGNS = strategies.one_of(
    strategies.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    strategies.sampled_from("乾坤電瓶餘熱鍋爐後面么麼著藉碳纖維abc 。，"),
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(strategies.text(SIGNS, max_size=12))
def test_every_text_becomes_what_the_whole_conversion_makes_of_it(text: str) -> None:
    assert simplified(text) == WHOLE.convert(text)


def test_simplified_text_is_left_alone_and_traditional_text_is_not() -> None:
    assert simplified("余热锅炉") == "余热锅炉"
    assert simplified("餘熱鍋爐") == "余热锅炉"
    assert simplified("乾坤") == "乾坤"
