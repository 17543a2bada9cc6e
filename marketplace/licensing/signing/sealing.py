"""Sealing a paper once, from the outbox, however often the effect comes."""

from __future__ import annotations

from typing import Any


def register() -> None:
    """Let the outbox bring papers here; called from LicensingConfig.ready()."""
    from marketplace.outbox import outbox

    outbox.handles("paper.seal", "licensing.sealing")(seal_paper)


def seal_paper(key: str, payload: dict[str, Any]) -> None:
    """Seal the paper named by `payload["paper"]`; returns at once when it is sealed."""
