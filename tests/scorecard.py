"""What may never happen, tried many times over: `make scorecard` prints one line a promise.

`python -m tests.scorecard [--scale 0.1] [--only LIC-7]` does fewer of each, or some of them.

Each line runs in a process of its own, on a database of its own in a PostgreSQL that is started for the occasion.
Exits 1 when anything was violated, or when a control (the same with its guard taken away) did not go wrong.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.scored import Outcome

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Line:
    """One promise. `how` is `module:key` of a run(count, only=key), `-m module …` of a program, or pytest's words."""

    id: str
    what: str
    count: int
    how: str


LINES = (
    Line("LIC-1", "two firms sign for the last license at once", 200, "tests.licensing.sign_races:last"),
    Line("LIC-2", "one side signs in four windows at once", 200, "tests.licensing.sign_races:twice"),
    Line("LIC-7", "both sides sign at once, one completes", 200, "tests.licensing.sign_races:both"),
    Line("LIC-7, papers", "both sides sign a further paper at once", 200, "tests.licensing.sign_races:further"),
    Line("IDN-4", "an authority is revoked while its holder signs", 200, "tests.licensing.sign_races:revoked"),
    Line("LIC-3, LIC-8", "random lives of licenses", 500, "-m tests.licensing.lifecycles --count {count}"),
    Line("DOC-1", "changed copies of sealed papers", 20_000, "tests.licensing.verify.mutations"),
    Line("DOC-3", "the time-stamp authority fails, each paper sealed once later", 200,
         "tests.licensing.signing.seals_later"),
    Line("OUT-1", "processes killed at every gap", 300, "tests.outbox.scored_kills"),
    Line("IMP-1", "imports killed while reading and storing", 200, "tests.listings.importing.scored_kills"),
    Line("IMP-4", "the same file uploaded and stored twice at once", 200, "tests.listings.scored_races:upload"),
    Line("LIC-12", "two moderators, or one and an edit, at once", 500, "tests.listings.scored_races:decide"),
    Line("TRACK-2", "one term sheet given to the same patents twice at once", 200, "tests.listings.scored_races:apply"),
    Line("PAY-1…3", "events repeated, shuffled, late", 0, "pytest tests/payments/test_webhooks.py"),
    Line("PAY-4", "hostile webhooks", 0, "pytest tests/payments/test_hostile.py"),
    Line("PAY-7", "payments started and told at once", 0, "pytest tests/payments/test_races.py"),
)  # fmt: skip


class Server:
    """The PostgreSQL of this run: migrated once, copied for every line."""

    def __init__(self, url: str) -> None:
        from tests.services import template

        self.url = url
        host = unquote(parse_qs(urlsplit(url).query)["host"][0])
        self._told = {"HOST": host, "USER": "postgres", "NAME": "postgres"}
        self._template = f"kaixu-template-{template.fingerprint()}".replace("-", "_")
        self._copies = 0
        template._make_postgres(self._template, self._told)

    def fresh(self) -> str:
        """The address of a migrated database that nobody has used."""
        from tests.services import template

        self._copies += 1
        name = f"score_{self._copies}"
        template._copy_postgres(self._template, name, self._told)
        return self.url.replace("/postgres?", f"/{name}?")


def measure(line: Line, server: Server, folder: Path, scale: float) -> tuple[Outcome, float]:
    """Carry a line out in a process of its own."""
    folder.mkdir()
    url = server.url if line.how.startswith("pytest ") else server.fresh()
    environment = os.environ | {
        "KAIXU_DATA": str(folder),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
        "PYTHONWARNINGS": "ignore",
    }
    count, started = max(1, round(line.count * scale)), time.monotonic()
    if line.how.startswith("pytest "):
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", *line.how.split()[1:]]
    elif line.how.startswith("-m "):
        command = [sys.executable, *line.how.format(count=count).split()]
    else:
        command = [sys.executable, "-m", __spec__.name, "--inside", line.how, "--count", str(count)]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return _read(line, told), time.monotonic() - started


def _read(line: Line, told: subprocess.CompletedProcess[str]) -> Outcome:
    """The outcome that a process wrote as its last line, in its own way."""
    last = told.stdout.strip().rpartition("\n")[2]
    if line.how.startswith("pytest "):
        passed = sum(int(number) for number in re.findall(r"(\d+) passed", last))
        failed = sum(int(number) for number in re.findall(r"(\d+) (?:failed|error)", last))
        return Outcome(passed + failed, failed or (told.returncode != 0), f"{passed} tests, rounds fixed in them")
    if line.how.startswith("-m "):
        number = dict(re.findall(r"(lifecycles|steps|violations)\s+(\d+)", last))
        if "violations" in number:
            return Outcome(int(number["lifecycles"]), int(number["violations"]), f"{number['steps']} steps")
    elif told.returncode == 0:
        return Outcome(**json.loads(last))
    return Outcome(0, 1, (told.stderr or told.stdout).strip().rpartition("\n")[2][:120])


def _inside(how: str, count: int) -> int:
    """In the process of one line: a migrated database of its own, then the entry point."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    module, _colon, only = how.partition(":")
    entry = importlib.import_module(module).run
    outcome: Outcome = entry(count, only=only) if only else entry(count)
    sys.stdout.write("\n" + json.dumps(asdict(outcome)) + "\n")
    return 0


def _row(line: Line, outcome: Outcome, seconds: float) -> str:
    control = "—" if outcome.control is None else f"{outcome.control:.0%}"
    verdict = "0" if outcome.good else f"**{outcome.violations}**"
    words = f"{line.what}: {outcome.said}" if outcome.said else line.what
    return f"| {line.id} | {words} | {outcome.count:,} | {verdict} | {control} | {seconds:.0f} |"


def main(arguments: Sequence[str]) -> int:
    """Run the lines and print the table as it grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="times the counts: 0.1 for a short look")
    parser.add_argument("--only", default="", help="lines whose id contains this")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.inside:
        return _inside(chosen.inside, chosen.count)
    from tests.services.postgres import postgres

    lines = [line for line in LINES if chosen.only in line.id]
    sys.stdout.write("| id | what | count | violations | control | seconds |\n|---|---|---:|---:|---:|---:|\n")
    with tempfile.TemporaryDirectory(prefix="kaixu-score-") as name, postgres(Path(name)) as url:
        server = Server(url)
        good = [_run_line(line, chosen.scale, server) for line in lines]
    return 0 if good and all(good) else 1


def _run_line(line: Line, scale: float, server: Server) -> bool:
    with tempfile.TemporaryDirectory(prefix="kaixu-score-") as name:
        outcome, seconds = measure(line, server, Path(name) / "data", scale)
    sys.stdout.write(_row(line, outcome, seconds) + "\n")
    sys.stdout.flush()
    return outcome.good


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
