"""Whether this process can do its work now: each room says how to tell, and the probes ask them all (OPS-5)."""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)
Check = Callable[[], None]
_CHECKS: dict[str, Check] = {}


class Unwell(Exception):
    """Something that the site cannot do without does not work; the message says what, for those who run it."""


def register(name: str, check: Check) -> None:
    """Add a check that raises when something is wrong, best of all Unwell. Call it in AppConfig.ready()."""
    _CHECKS[name] = check


def troubles() -> dict[str, str]:
    """What is wrong now: the checks that failed, by name, with their words; empty when all is well. Also logged."""
    found = {}
    for name, check in sorted(_CHECKS.items()):
        try:
            check()
        except Exception as trouble:
            log.exception("the site is not well", extra={"check": name})
            found[name] = f"{type(trouble).__name__}: {trouble}"
    return found
