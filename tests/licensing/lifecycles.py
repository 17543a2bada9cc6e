"""Random lives of licenses on both tracks: whatever anybody tries, in any order, at any time, the truths hold.

`python -m tests.licensing.lifecycles --count 10000` runs so many on a PostgreSQL of its own and prints how often each
act was done and refused, what the lives came to, lifecycles, steps and violations. It ends with 1 when there is a
violation, and when an act was never done in five hundred lives or more: nothing is known of such an act.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

STEPS_OF_A_LIFE = 24
ENOUGH = 500  # lives, in which every act must have been done


def live(count: int, *, strict: bool = True, seed: int | None = None, shrink: bool = False) -> Counter[str]:
    """Run so many lives in the surrounding database and undo them; what was counted. Raises what a strict one found."""
    import hypothesis
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.licensing.deeds import ACTS
    from tests.licensing.life import open_mailbox, people
    from tests.licensing.lives import Lives

    score = Counter({f"did {act}": 0 for act in ACTS})
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    chosen = settings(
        max_examples=count,
        stateful_step_count=STEPS_OF_A_LIFE,
        deadline=None,
        database=None,
        derandomize=seed is None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    with open_mailbox():
        made = type("Lives", (Lives,), {"world": people(), "score": score, "strict": strict})
        if seed is not None:
            made = hypothesis.seed(seed)(made)
        run_state_machine_as_test(made, settings=chosen)
    return score


def _inside(count: int, seed: int) -> Counter[str]:
    """In a process whose database is a fresh one."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from tests.services import template

    if connection.vendor == "postgresql" and not connection.introspection.table_names():
        told = dict(settings.DATABASES["default"])
        connection.close()
        template.fill_postgres(str(told["NAME"]), told)
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        score = live(count, strict=False, seed=seed)
        transaction.set_rollback(True)
    return score


def _outside(count: int, workers: int, seed: int) -> Counter[str]:
    """So many lives over some processes, each with a PostgreSQL of its own."""
    from tests.services.postgres import postgres

    score: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kaixu-lives-") as name:
        running = []
        for number in range(workers):
            server = postgres(Path(name) / f"server-{number}")
            url = server.__enter__()
            data = Path(name) / f"data-{number}"
            data.mkdir()
            environment = os.environ | {
                "DATABASE_URL": url,
                "KAIXU_DATA": str(data),
                "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
            }
            share = count // workers + (1 if number < count % workers else 0)
            command = [sys.executable, "-m", __spec__.name, "--inside", "--count", str(share)]
            command += ["--seed", str(seed + number)]
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            running.append((server, process))
        for server, process in running:
            told = process.communicate()[0]
            server.__exit__(None, None, None)
            if process.returncode:
                raise SystemExit(f"a worker ended with {process.returncode}")
            for line in told.splitlines():
                word, _tab, counted = line.partition("\t")
                score[word] += int(counted)
    return score


def main(arguments: Sequence[str]) -> int:
    """Print lifecycles, steps and violations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.inside:
        for word, number in sorted(_inside(chosen.count, chosen.seed).items()):
            sys.stdout.write(f"{word}\t{number}\n")
        return 0
    started = time.monotonic()
    score = _outside(chosen.count, chosen.workers, chosen.seed)
    for word, number in sorted(score.items()):
        if not word.startswith("refused "):
            sys.stdout.write(f"  {number:>8}  {word}{_refused(score, word)}\n")
    missed = never_done(score)
    if missed:
        sys.stdout.write(f"never done: {', '.join(missed)}\n")
    sys.stdout.write(
        f"lifecycles {score['lives']}  steps {score['steps']}  violations {score['violations']}"
        f"  seconds {time.monotonic() - started:.0f}\n"
    )
    unknown = bool(missed) and score["lives"] >= ENOUGH
    return 1 if score["violations"] or score["lives"] < chosen.count or unknown else 0


def _refused(score: Counter[str], word: str) -> str:
    act = word.removeprefix("did ")
    return f", refused {score[f'refused {act}']}" if word.startswith("did ") and act != "time" else ""


def never_done(score: Counter[str]) -> list[str]:
    """The acts that nobody has done in these lives: nothing is known of them."""
    return sorted(word.removeprefix("did ") for word, number in score.items() if word.startswith("did ") and not number)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
