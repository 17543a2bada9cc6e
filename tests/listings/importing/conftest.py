"""A university with somebody who may import, and sheets made of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from listings.importing import flow
from listings.models import ImportRun
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.sheets import write_xlsx
from tests.listings.making import member, university


@pytest.fixture
def school(db: None) -> Organization:
    """The uploading university."""
    return university("示范理工大学")


@pytest.fixture
def lister(alice: User, school: Organization) -> User:
    """Alice, who may import for it."""
    return member(alice, school, Role.LISTER)


HEADER = ("专利名称", "专利号", "授权公告号", "申请日", "授权公告日", "专利权人", "发明人", "主分类号")


def sheet(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """An xlsx file."""
    return write_xlsx("台账", header, rows)


@pytest.fixture
def staged(school: Organization, lister: User) -> Callable[..., ImportRun]:
    """Stages rows for the university: `staged([[…], …], header=…)`."""

    def make(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, **fields: Any) -> ImportRun:
        return flow.stage(sheet(rows, header), "台账.xlsx", organization=school, by=lister)[0]

    return make
