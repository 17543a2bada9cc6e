"""A firm with a need, universities that may read it, and a few offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from listings.models import Listing
from listings.search import indexer
from marketplace.accounts.models import Organization, Role, User
from marketplace.needs import flow
from marketplace.needs.models import Need
from tests.listings.making import firm, member, offer, university

TOLD: dict[str, Any] = {
    "problem": "管子里结了厚厚的水垢，每个月都要停机用酸洗",
    "product": "工业锅炉",
    "industry": "equipment",
    "budget": "to_10k",
    "division": "410300",
    "wanted_by": None,
    "matching": True,
    "consent": False,
    "contact_name": "",
    "contact_phone": "",
    "contact_email": "",
}
CALL: dict[str, Any] = {"consent": True, "contact_name": "赵师傅", "contact_phone": "13800135678"}


@pytest.fixture(autouse=True)
def _index_folder(tmp_path: Path, settings: Any) -> None:
    settings.SEARCH_ROOT = tmp_path / "search"


@pytest.fixture
def smelter(bob: User) -> Organization:
    """Bob's firm."""
    made = firm(size="micro")
    member(bob, made, Role.OWNER)
    return made


@pytest.fixture
def school(alice: User) -> Organization:
    """Alice's university."""
    made = university()
    member(alice, made, Role.LISTER)
    return made


@pytest.fixture
def need(smelter: Organization, bob: User) -> Need:
    """Bob's need, not looked at yet."""
    return flow.post(TOLD, by=bob, organization=smelter)


@pytest.fixture
def offers(school: Organization, alice: User) -> dict[str, Listing]:
    """One offer that fits the need, and one that does not."""
    made = {
        "fits": offer(
            school, alice, "换热管在线刮洗机构", problem="管子里结了水垢，停机酸洗", prices={"micro": 500_000}
        ),
        "else": offer(
            school, alice, "山药收获机", problem="挖山药全靠人手", products="山药", patent__ipc_main="A01D 1/00"
        ),
    }
    indexer.rebuild()
    return made
