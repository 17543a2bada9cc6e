"""Loads what every question needs, so that processes forked afterwards share it and the first reader does not wait."""

from __future__ import annotations

from listings.search import analysis, meaning


def warm() -> None:
    """Read the dictionary, and the model of meanings where there is one."""
    analysis.words("废水 water")
    if meaning.encoder():
        meaning.question("废水")
