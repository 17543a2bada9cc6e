"""A sentence from the workshop finds the offer whose problem it tells."""

from __future__ import annotations

import pytest

from listings.models import Listing
from listings.search import Query, analysis, search

pytestmark = pytest.mark.django_db

SENTENCES = {
    "余热": "热量白白跑掉太浪费了怎么办",
    "除垢": "水垢太厚每个月都得酸洗",
    "电瓶": "电瓶充不满电，用不到一年",
    "废水": "镉老是超标，环保一来就停产",
    "轴承": "破碎机上的轴承三个月就磨坏了",
    "馒头": "馒头第二天发硬掉渣",
    "地膜": "地里的塑料膜捡不干净",
    "猪舍": "养猪场太臭被村民投诉",
    "伤口": "老人褥疮不愈合，换药疼",
    "焊点": "虚焊靠人眼漏检",
    "粉尘": "车间里看不见人，布袋老堵",
    "山药": "雇不到工，山药挖断",
}


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_that_shares_no_word_with_the_title_finds_the_offer(catalog: dict[str, Listing], key: str) -> None:
    asked, title = SENTENCES[key], catalog[key].patent.title
    shared = {w for w in analysis.words(asked) if len(w) > 1} & set(analysis.words(title))
    assert not shared

    found = search(Query(q=asked)).ids

    assert catalog[key].pk in found[:3]
    assert found[0] == catalog[key].pk
