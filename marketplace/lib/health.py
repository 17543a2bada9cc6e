"""Whether this process can do its work now: each room says how to tell, and the probes ask them all (OPS-5)."""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)
Check = Callable[[], None]
Gauge = Callable[[], float]
_CHECKS: dict[str, Check] = {}
_SPARED: set[str] = set()  # checks of what the site can do without for a while
_GAUGES: dict[str, Gauge] = {}


class Unwell(Exception):
    """Something does not work as it should; the message says what, for those who run the site."""


def register(name: str, check: Check, *, vital: bool = True) -> None:
    """Add a check that raises when something is wrong, best of all Unwell. Call it in AppConfig.ready().

    Where a check that is not `vital` fails, somebody must look, but the site still answers everybody: taking it out of
    service would turn a small trouble into a large one (ES-1).
    """
    _CHECKS[name] = check
    if not vital:
        _SPARED.add(name)


def gauge(name: str, read: Gauge) -> None:
    """Add a number that is worth watching, such as seconds that something waits."""
    _GAUGES[name] = read


def gauges() -> dict[str, float]:
    """What the gauges read now, by name."""
    return {name: read() for name, read in sorted(_GAUGES.items())}


def troubles(*, vital_only: bool = False) -> dict[str, str]:
    """What is wrong now: the checks that failed, by name, with their words; empty when all is well. Also logged."""
    found = {}
    for name, check in sorted(_CHECKS.items()):
        if vital_only and name in _SPARED:
            continue
        try:
            check()
        except Exception as trouble:
            log.exception("the site is not well", extra={"check": name})
            found[name] = f"{type(trouble).__name__}: {trouble}"
    return found
