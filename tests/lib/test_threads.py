"""Two pieces of work at once give both answers, and raise what either raises."""

from __future__ import annotations

import threading

import pytest

from marketplace.lib.threads import side_by_side


@pytest.mark.parametrize("apart", [True, False])
def test_both_answers_come_in_their_order(apart: bool) -> None:
    assert side_by_side(lambda: 1, lambda: "two", apart=apart) == (1, "two")


def test_both_are_done_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)  # one after the other, the first would wait in vain

    assert side_by_side(meeting.wait, meeting.wait) in {(0, 1), (1, 0)}


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("which", [0, 1])
def test_what_either_raises_is_raised_here(which: int, apart: bool) -> None:
    def fail() -> int:
        raise ValueError("broken")

    before = threading.active_count()
    with pytest.raises(ValueError, match="broken"):
        side_by_side(*((fail, int) if which == 0 else (int, fail)), apart=apart)
    assert threading.active_count() == before
