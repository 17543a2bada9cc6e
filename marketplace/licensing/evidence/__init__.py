"""One file that holds everything about a deal, to be checked by a stranger who is offline (F11)."""

from marketplace.licensing.evidence.pack import Pack, build

__all__ = ["Pack", "build"]
