"""A citation names the same place to readers of both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from listings.rules import RULES
from marketplace.lib.citations import cited


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("《专利法》第50条第1款", "Patent Law article 50 paragraph 1"),
        ("《专利法实施细则》第86条第4项", "Implementing Regulations of the Patent Law article 86 item 4"),
        (
            "《专利法》第50、51条；《专利审查指南》第五部分第十一章1、8",
            "Patent Law articles 50, 51; Patent Examination Guidelines Part V Chapter 11 1, 8",
        ),
        ("《民法典》第14条", "Civil Code article 14"),
        ("《没有的法》第3条", "《没有的法》 article 3"),
        ("", ""),
    ],
)
def test_a_citation_is_told_in_the_readers_language(chinese: str, english: str) -> None:
    with translation.override("en"):
        assert cited(chinese) == english
    with translation.override("zh-hans"):
        assert cited(chinese) == chinese


def test_every_law_that_a_rule_cites_has_an_english_name() -> None:
    with translation.override("en"):
        unnamed = {rule.id for rule in RULES.values() if re.search("[《》条款]", cited(rule.citation))}

    assert unnamed == set()


def test_chinese_citations_use_chinese_punctuation() -> None:
    assert [rule.id for rule in RULES.values() if ";" in rule.citation] == []
