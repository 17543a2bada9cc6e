"""How well searching finds: `python -m tests.quality.evaluate`, or `make eval-search`.

Every question of the labelled set is asked of the real search; for each kind, half and mode it prints how often the one
right patent comes first (R@1) or among the first five (R@5), nDCG@10, and how many questions found nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENCODER = "tests.quality.corpus.RememberingE5"
MODES = ("words", "meaning", "hybrid")
KINDS = ("titles", "keywords", "needs", "needs_en", "english")
_DEPTH = 10


def main() -> int:
    """Print the table; exit 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["tune", "held", "both"], default="both")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--corpus", type=int, default=0, help="passages; usually as many as the labelled set says")
    parser.add_argument("--most", type=int, default=100, help="questions of one kind and half; 100 if not given")
    parser.add_argument("--misses", type=Path, help="write the missed questions of the tuning half to this file")
    options = parser.parse_args()
    shared = ROOT.parent / "shared"
    if not shared.is_dir():
        sys.stderr.write("The data beside the checkout (../shared) are missing; nothing to evaluate on.\n")
        return 0
    from tests.quality import labelled

    wanted = labelled.load(shared, options.corpus or labelled.CORPUS)
    _set_up(f"{options.corpus}-{hashlib.sha256(repr(wanted).encode()).hexdigest()[:8]}")
    from tests.quality import corpus

    listings = corpus.prepare(wanted)
    halves = ("tune", "held") if options.half == "both" else (options.half,)
    questions = [
        one
        for kind in options.kinds
        for half in halves
        for one in [each for each in wanted.questions if (each.kind, each.half) == (kind, half)][: options.most]
    ]
    engine = os.environ.get("SEARCH_ENGINE", "embedded")
    say(f"{len(wanted.patents)} patents, {len(questions)} questions, engine {engine}")
    say(f"{'mode':8} {'kind':9} {'half':5} {'n':>4} {'R@1':>5} {'R@5':>5} {'nDCG':>5} {'none':>5} {'ms':>6}")
    missed: list[dict[str, object]] = []
    for mode in options.modes:
        started = time.monotonic()
        ranks = [(one, _rank(asker(mode)(one.text), listings[one.answer])) for one in questions]
        spent = 1000 * (time.monotonic() - started) / max(len(questions), 1)
        for kind in options.kinds:
            for half in halves:
                places = [place for one, place in ranks if (one.kind, one.half) == (kind, half)]
                _report(mode, kind, half, places, spent)
        missed += [
            {"mode": mode, "kind": one.kind, "text": one.text, "rank": place, "answer": one.answer}
            for one, place in ranks
            if place != 1 and one.half == "tune"
        ]
    if options.misses:
        options.misses.write_text(json.dumps(missed, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _set_up(name: str) -> None:
    base = Path(os.environ.get("KAIXU_DATA") or ROOT / "var") / "quality"
    os.environ["KAIXU_DATA"] = str(base / name)
    os.environ["DATABASE_URL"] = f"sqlite:///{base / name / 'quality.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings.test"
    (base / name).mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.conf import settings

    settings.SEARCH_ENCODER = ENCODER


def asker(mode: str) -> Callable[[str], Sequence[int] | None]:
    """A function from a question to the keys found; None where nothing fitting was found."""
    from django.conf import settings

    from listings.search import Query, hybrid, search

    def by_meaning(text: str) -> Sequence[int] | None:
        return [key for key, _likeness in hybrid.nearest(text)] or None

    def by_words(text: str) -> Sequence[int] | None:
        settings.SEARCH_ENCODER = "" if mode == "words" else ENCODER
        try:
            found = search(Query(q=text[:200]))
        finally:
            settings.SEARCH_ENCODER = ENCODER
        return found.ids if found.fitting else None

    return by_meaning if mode == "meaning" else by_words


def _rank(found: Sequence[int] | None, answer: int) -> int | None:
    """The place of the answer; 0 where it is not among the first; None where nothing was found."""
    if found is None:
        return None
    return next((place for place, key in enumerate(found[:_DEPTH], start=1) if key == answer), 0)


def _report(mode: str, kind: str, half: str, ranks: Sequence[int | None], spent: float) -> None:
    if not ranks:
        return

    def share(values: Iterable[float]) -> str:
        return f"{sum(values) / len(ranks):5.3f}"

    first = share(rank == 1 for rank in ranks)
    five = share(bool(rank) and rank <= 5 for rank in ranks if rank is not None)
    gain = share(1 / math.log2(rank + 1) for rank in ranks if rank)
    none = share(rank is None for rank in ranks)
    say(f"{mode:8} {kind:9} {half:5} {len(ranks):4} {first} {five} {gain} {none} {spent:6.1f}")


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
