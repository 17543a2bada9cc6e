"""Offers to read, and an index of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from listings.models import Listing, Track
from marketplace.accounts.models import Organization, User
from tests.listings.making import offer, university


@pytest.fixture(autouse=True)
def _index_folder(tmp_path: Path, settings: Any) -> None:
    settings.SEARCH_ROOT = tmp_path / "search"


@pytest.fixture
def school(db: None) -> Organization:
    """The licensor."""
    return university("示范理工大学", name_en="Example University of Technology")


def sound(school: Organization, by: User, title: str, **fields: Any) -> Listing:
    """An offer that every rule lets through."""
    made: dict[str, Any] = {
        "headline": "烟气温度忽高忽低时仍能稳定供汽",
        "problem": "热量白白跑掉，余热锅炉一会儿过热一会儿停机",
        "gains": [["每吨铅耗煤", "118 千克", "96–100 千克"]],
        "gains_source": "2024 年中试报告，第 12 页",
        "contact_name": "张老师",
        "contact_phone": "13800135678",
        "contact_email": "zhang@example.test",
        "undertaking_at": timezone.now(),
        "confirmed_alive_at": timezone.now(),
        "patent__fees_paid_through": 9,
        "terms__fee_explanation": "参照近三年同类许可的中位数。",
    }
    return offer(school, by, title, **(made | fields))


@pytest.fixture
def preset(school: Organization, alice: User) -> Listing:
    """A preset license with a price for micro firms."""
    return sound(school, alice, "铅冶炼炉窑烟道能量分级回收装置", prices={"micro": 1_000_000})


@pytest.fixture
def announced(school: Organization, alice: User) -> Listing:
    """An open license."""
    return sound(school, alice, "换热管在线刮洗机构", track=Track.OPEN)
