"""A real index in a temporary folder, and a small catalog of invented offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from listings.models import Listing
from listings.search import indexer
from marketplace.accounts.models import User
from tests.listings.making import offer, university

# (title, problem): the problem is told in a worker's words and shares none with the title.
CATALOG = {
    "余热": ("铅冶炼炉窑烟道能量分级回收装置", "烟气温度忽高忽低，热量白白跑掉，余热锅炉一会儿过热一会儿停机"),
    "除垢": ("换热管在线刮洗机构", "管子里结了厚厚的水垢，每个月都要停机用酸洗，工人嫌麻烦"),
    "电瓶": ("铅酸蓄电池极板固化工艺", "电瓶用不到一年就充不满电，客户老是退货"),
    "废水": ("含重金属酸性液的两段沉淀方法", "污水里铅和镉总是超标，环保来查就得停产"),
    "轴承": ("一种滚动体表面复合镀层", "破碎机上的轴承三个月就磨坏，换一次要停两天"),
    "馒头": ("一种复合酶面制品改良剂", "馒头放到第二天就发硬掉渣，超市不愿意要货"),
    "地膜": ("可完全降解农用覆盖材料", "地里的塑料膜捡不干净，年年越积越多，苗长不好"),
    "猪舍": ("畜禽舍内氨气生物滤床", "养猪场味道太臭，村民天天投诉"),
    "伤口": ("载药水凝胶及其制备", "老人褥疮的创面一直不愈合，换药时粘着肉疼得厉害"),
    "焊点": ("基于图像的电路板焊点缺陷检测系统", "线路板虚焊靠人眼看不出来，一天漏检几十块"),
    "粉尘": ("低温等离子体颗粒捕集器", "破碎车间粉尘大得看不见人，布袋三天两头堵"),
    "山药": ("根茎类作物自走式挖掘机", "挖山药全靠人手，雇不到工，还老是挖断"),
}


@pytest.fixture
def _index_folder(tmp_path: Path, settings: Any) -> None:
    settings.SEARCH_ROOT = tmp_path / "search"


@pytest.fixture
def catalog(_index_folder: None, alice: User) -> dict[str, Listing]:
    """Twelve offers of one university, indexed."""
    school = university()
    made = {
        key: offer(school, alice, title, problem=problem, headline=f"{key}：示范")
        for key, (title, problem) in CATALOG.items()
    }
    indexer.rebuild()
    return made
