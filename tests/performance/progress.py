"""What a long measurement leaves behind as it goes: its folder, its results, and what is built already."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def code_of(*paths: str) -> str:
    """A short hash of these files and folders of the checkout: what was built by other code is built anew."""
    whole = hashlib.sha256()
    for file in sorted(each for path in paths for each in _files(ROOT / path)):
        whole.update(file.read_bytes())
    return whole.hexdigest()[:10]


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return (one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts)


def base() -> Path:
    """Where measurements keep what they build: BENCH_DATA, else var/bench of the checkout."""
    return Path(os.environ.get("BENCH_DATA") or ROOT / "var" / "bench")


@dataclass(frozen=True, slots=True)
class Results:
    """One JSON file: step → what it measured. Written after every line, so that a stop loses nothing."""

    file: Path

    def read(self) -> dict[str, dict[str, Any]]:
        """Everything measured so far."""
        try:
            found: dict[str, dict[str, Any]] = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def write(self, step: str, **facts: Any) -> None:
        """Add facts to a step; the file is replaced whole."""
        whole = self.read()
        whole.setdefault(step, {}).update(facts)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self.file)

    def begin(self, step: str, **facts: Any) -> None:
        """Forget what an earlier run of a step said."""
        whole = self.read()
        whole[step] = {}
        self.file.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
        self.write(step, **facts)

    def line(self, step: str, name: str, **numbers: float) -> None:
        """One measured line of a step, shown at once."""
        lines = self.read().get(step, {}).get("lines", [])
        told = {"name": name} | {key: round(value, 5) for key, value in numbers.items()}
        self.write(step, lines=[*lines, told])
        print(f"    {name}: {_shown(told)}", flush=True)  # noqa: T201 - this is a command's answer


def _shown(told: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value:,.4g}" for key, value in told.items() if key != "name")


@contextmanager
def built(folder: Path) -> Iterator[bool]:
    """A folder that is made once: gives whether it has to be made; it counts as made when the block ends well."""
    mark = folder / "MADE"
    folder.mkdir(parents=True, exist_ok=True)
    missing = not mark.exists()
    yield missing
    if missing:
        mark.write_text(time.strftime("%Y-%m-%d %H:%M:%S\n"), encoding="ascii")
