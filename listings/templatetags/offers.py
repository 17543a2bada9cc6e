"""Template tags about the texts of an offer."""

from __future__ import annotations

from typing import Any

from django import template

from listings import marking

register = template.Library()


@register.inclusion_tag("listings/parts/marked.html")
def marked(text: str, field: str, track: str, always: bool = False) -> dict[str, Any]:
    """A text with the words marked that a rule has something against; nothing without marks, unless `always`."""
    found = marking.marked(text or "", field, track)
    return {"pieces": found, "plain": text if always and not found else ""}
