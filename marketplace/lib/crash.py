"""Named points at which a test may kill the process, to prove that a crash there loses and doubles nothing (OUT-1)."""

from __future__ import annotations

import os
import signal

from django.conf import settings

VARIABLE = "KILL_AT"  # "after_act", or "after_act:3" for the third time the point is reached
_reached: dict[str, int] = {}


def reach(point: str) -> None:
    """Kill this very process if the environment asks for it here. Production never does (system check E101)."""
    wanted, _colon, turn = os.environ.get(VARIABLE, "").partition(":")
    if wanted != point or getattr(settings, "PRODUCTION", False):
        return
    _reached[point] = _reached.get(point, 0) + 1
    if _reached[point] == int(turn or 1):
        os.kill(os.getpid(), signal.SIGKILL)
