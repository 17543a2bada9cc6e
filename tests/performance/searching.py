"""How fast searching is: `SIZES="10000 100000 1000000" make bench-search`.

The bare engine, our answer around it, the whole page, other ways to the same listings, and the site as it is served.
Each step is a process of its own with a time after which it is ended; what it built (database, indexes) stays in
var/bench, keyed by size and code, and every line is written to results.json as soon as it is measured. A second run
goes on where the first one stopped. FRESH=1 measures again; STEPS="corpus tantivy" does only these.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.performance.progress import ROOT, Results, base, code_of

# step → seconds it may take beyond, and seconds for each thousand listings
STEPS = {
    "corpus": (240, 6.0),
    "index": (300, 6.0),
    "tantivy": (300, 0.5),
    "hybrid": (300, 0.5),
    "elastic_index": (300, 8.0),
    "elastic": (300, 0.5),
    "sqlite": (240, 2.0),
    "postgres": (300, 4.0),
    "shop": (240, 0.5),
    "wagtail": (300, 0.5),
    "steady": (180, 0.1),
    "hostile": (300, 0.5),
}
MEASURED = ("listings", "marketplace/lib", "templates", "tests/performance")


def folder_of(size: int) -> Path:
    """Where everything about one size lies: a database made by other code is another one."""
    return base() / f"search-{size}-{code_of('tests/performance/corpus.py')}"


def main() -> int:
    """Every size and step that is asked for; 1 where one of them did not end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.step:
        return _here(told.step, told.size)
    sizes = [int(size) for size in os.environ.get("SIZES", "10000 100000").split()]
    wanted = os.environ.get("STEPS", "").split() or list(STEPS)
    if unknown := [step for step in wanted if step not in STEPS]:
        parser.error(f"no step is called {', '.join(unknown)}; there are {', '.join(STEPS)}")
    ended = [_apart(step, size) for size in sizes for step in STEPS if step in wanted]
    from tests.performance.search_table import shown

    print(shown(sizes), flush=True)  # noqa: T201
    return 0 if all(ended) else 1


def _apart(step: str, size: int) -> bool:
    """Run a step in a process group of its own, unless this code has measured it; whether it came to its end."""
    folder = folder_of(size)
    folder.mkdir(parents=True, exist_ok=True)
    results, code = Results(folder / "results.json"), code_of(*MEASURED)
    known = results.read().get(step, {})
    if known.get("code") == code and known.get("ended") and not os.environ.get("FRESH"):
        print(f"{size:,} {step}: measured before", flush=True)  # noqa: T201
        return True
    some, each = STEPS[step]
    most = some + each * size / 1_000
    print(f"{size:,} {step}: at most {most:,.0f} s", flush=True)  # noqa: T201
    results.begin(step, code=code, load=round(os.getloadavg()[0], 1), at=time.strftime("%Y-%m-%d %H:%M"))
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.performance.searching", "--step", step, "--size", str(size)]
    work = subprocess.Popen(command, cwd=ROOT, env=_environment(folder), start_new_session=True)
    try:
        ended = work.wait(timeout=most) == 0
        why = "" if ended else f"exit code {work.returncode}"
    except subprocess.TimeoutExpired:
        ended, why = False, f"ended after {most:,.0f} s"
    except KeyboardInterrupt:
        _end(work)
        raise
    _end(work)
    results.write(step, ended=ended, why=why, seconds=round(time.monotonic() - began, 1))
    return ended


def _end(work: subprocess.Popen[bytes]) -> None:
    """End a step with everything that it started."""
    try:
        os.killpg(work.pid, signal.SIGTERM)
        work.wait(timeout=20)
        os.killpg(work.pid, signal.SIGKILL)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        return


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "KAIXU_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
    }


def _here(step: str, size: int) -> int:
    import django

    django.setup()
    from tests.performance import search_steps

    folder = folder_of(size)
    search_steps.run(step, size, folder, Results(folder / "results.json"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
