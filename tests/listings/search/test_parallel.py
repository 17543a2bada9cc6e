"""Documents made by several processes are the same as those made by one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from listings.models import ListingState
from listings.search import parallel
from listings.search.documents import documents_of
from marketplace.accounts.models import User
from tests.listings.making import offer, university


@pytest.mark.django_db(transaction=True)
def test_two_processes_make_what_one_makes_in_the_same_order(
    alice: User, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = university()
    for number in range(7):
        offer(school, alice, f"第{number}件余热锅炉", problem="热量白白跑掉")
    offer(school, alice, "草稿", state=ListingState.DRAFT)
    settings.SEARCH_ROOT = tmp_path
    monkeypatch.setattr(parallel, "_AT_ONCE", 2)
    monkeypatch.setitem(os.environ, "DATABASE_URL", _url())

    made = list(parallel.documents(2))

    assert [document.visible for document in made] == [True] * 7 + [False]
    assert made == list(documents_of())


def _url() -> str:
    """The test's database as the processes read it from the environment."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}:{told['PASSWORD']}@/{told['NAME']}?host={told['HOST']}"
