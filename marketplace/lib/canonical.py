"""One way to write a JSON value, so that its hash is the same everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """Keys sorted, no blanks, characters as they are. Raises TypeError for what JSON cannot hold."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of a value, in UTF-8."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
