"""What other rooms show on the public pages: `cms` knows nothing of patents, it only leaves places for panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """A template and what it shows; the template reads its values from `panel`."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


Builder = Callable[[HttpRequest], Panel | None]
_PANELS: dict[str, dict[str, tuple[int, Builder]]] = {}


def register(place: str, name: str, build: Builder, *, order: int = 100) -> None:
    """Fill a place of a page ("home"). `build` answers None where there is nothing true to show.

    Call it in AppConfig.ready(); the same name again replaces the panel.
    """
    _PANELS.setdefault(place, {})[name] = (order, build)


def panels(place: str, request: HttpRequest) -> list[Panel]:
    """The panels of a place in order."""
    rows = sorted(_PANELS.get(place, {}).items(), key=lambda item: (item[1][0], item[0]))
    built = [build(request) for _name, (_order, build) in rows]
    return [panel for panel in built if panel is not None]
