"""Random lives of licenses hold every truth; a flow that was broken on purpose is found out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from tests.licensing.lifecycles import live

pytestmark = pytest.mark.django_db
ATTEMPTS = 10  # times forty lives; the first few find it


def test_whatever_anybody_tries_the_truths_hold() -> None:
    count = 50 if connection.vendor == "postgresql" else 15

    score = live(count)

    assert (score["lives"] >= count, score["violations"]) == (True, 0)


BROKEN: dict[str, dict[str, Any]] = {
    "PRESET-2: trial": {"marketplace.licensing.flow.outcomes.at_start": lambda agreement: {}},
    "settled": {"marketplace.licensing.flow.paying._require_amount": lambda obligation, proof: None},
    "the trail says": {"marketplace.licensing.flow.moving.record": lambda *args, **facts: None},
    "without a day to come": {"marketplace.licensing.flow.closing._lapse": lambda agreement: False},
}


@pytest.fixture(params=sorted(BROKEN))
def broken(request: pytest.FixtureRequest) -> Iterator[str]:
    """A guard that is switched off."""
    target, other = next(iter(BROKEN[request.param].items()))
    with patch(target, other):
        yield request.param


@pytest.mark.one_database  # the flow is the same on both
def test_a_broken_flow_is_found_out(broken: str) -> None:
    with pytest.raises(AssertionError, match=broken):
        _live_long()


def _live_long() -> None:
    for seed in range(ATTEMPTS):
        live(40, seed=seed)
