"""What an entry of the scorecard gives back: how often something was tried, and how often it went wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`violations` must be 0. `control` is the share of tries that went wrong with the guard taken away, None: none."""

    count: int
    violations: int
    said: str = ""
    control: float | None = None
    least: float = 0.5  # what the control must reach: less proves nothing

    @property
    def good(self) -> bool:
        """Nothing went wrong, and without the guard it would have."""
        return self.count > 0 and self.violations == 0 and (self.control is None or self.control >= self.least)
