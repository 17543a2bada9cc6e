"""Reading a posted field where no form stands before it."""

from __future__ import annotations

from django.http import QueryDict


def text(posted: QueryDict, name: str, longest: int) -> str:
    """The field as text of at most `longest` characters, trimmed and without NUL, which PostgreSQL does not keep."""
    return posted.get(name, "").replace("\0", "").strip()[:longest]
