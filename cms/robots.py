"""What search engines are asked not to read; rooms above name their own pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Paths = Callable[[], Iterable[str]]
PRIVATE = (
    "/admin/", "/accounts/", "/desk/", "/deals/", "/pay/", "/files/", "/inbox/", "/kept/", "/organization/",
    "/saved/", "/needs/", "/compare/", "/find/sheet/", "/find/print/",
)  # fmt: skip
_NAMED: dict[str, Paths] = {}


def forbid(room: str, paths: Paths) -> None:
    """Ask engines not to read these paths either. Call it in AppConfig.ready()."""
    _NAMED[room] = paths


def forbidden() -> list[str]:
    """Every path they are asked not to read."""
    return [*PRIVATE, *(path for paths in _NAMED.values() for path in paths())]
