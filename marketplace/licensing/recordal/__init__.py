"""Recording a license at the patent office: the dates, the fee reduction, and the set of files (REC-1, REC-2)."""

from __future__ import annotations

from marketplace.licensing.recordal.dates import Recordal, recordal_of
from marketplace.licensing.recordal.files import Piece, file_set

__all__ = ["Piece", "Recordal", "file_set", "recordal_of"]
