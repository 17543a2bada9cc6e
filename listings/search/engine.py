"""The engine this site searches with, behind its breaker."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from listings.search.backend import SearchBackend
from listings.search.breaker import Guarded


@lru_cache(maxsize=8)
def _made(engine: Any, place: Hashable) -> SearchBackend:
    return Guarded(engine(place))


def backend() -> SearchBackend:
    """The engine that the setting SEARCH_BACKEND names, at the place that its own settings name."""
    engine = import_string(settings.SEARCH_BACKEND)
    return _made(engine, engine.place())
