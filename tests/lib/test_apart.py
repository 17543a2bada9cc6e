"""A call apart has a thread of its own, so an event loop may start in it."""

from __future__ import annotations

import asyncio

import pytest

from marketplace.lib.apart import apart


async def _four() -> int:
    return 4


def test_a_loop_can_start_where_one_runs_already() -> None:
    async def around() -> int:
        never = _four()
        with pytest.raises(RuntimeError, match="running event loop"):
            asyncio.run(never)
        never.close()
        return apart(lambda: asyncio.run(_four()))

    assert asyncio.run(around()) == 4


def test_what_goes_wrong_apart_goes_wrong_here() -> None:
    with pytest.raises(ZeroDivisionError):
        apart(lambda: 1 // 0)
