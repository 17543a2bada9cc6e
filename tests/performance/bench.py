"""Measures: `python -m tests.performance.bench [name …]`, each bench in a process and on a database of its own.

A bench is a function in a module of this package, marked `@bench("name", "what it measures")`. It gets a Meter and
measures with it; the table says how long, how many a second, how that compares with the bench's own baseline in the
same run, and how much memory it took at most. Ratios say more than seconds: they mean the same on every machine.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_MIB = 1024.0  # ru_maxrss and VmHWM count in KiB


@dataclass(slots=True)
class Line:
    """One measurement. `count` of `unit` in `seconds` of the clock and `cpu` seconds of this process and its children.

    `peak` is in MiB, `against` names its baseline.
    """

    name: str
    count: int
    unit: str
    seconds: float
    cpu: float
    peak: float
    against: str = ""


@dataclass(slots=True)
class Meter:
    """What a bench measures with. `folder` is a temporary one of its own."""

    folder: Path
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: bool = False

    @contextmanager
    def measure(self, name: str, *, count: int, unit: str = "rows", against: str = "") -> Iterator[None]:
        """Time what happens inside; `against` names an earlier measurement of this run as its baseline."""
        _forget_peak()
        began, worked = time.perf_counter(), _worked()
        yield
        seconds, cpu = time.perf_counter() - began, _worked() - worked
        self.lines.append(Line(name, count, unit, seconds, cpu, peak_memory(), against))
        print(self.row(self.lines[-1]), flush=True)  # noqa: T201 - this is a command's answer

    def seconds(self, *names: str) -> float:
        """How long the measurements of these names took together."""
        return sum(line.seconds for line in self.lines if line.name in names)

    def processor(self, *names: str) -> float:
        """How many seconds of the processor they took: the same whatever else the machine is doing."""
        return sum(line.cpu for line in self.lines if line.name in names)

    def floor(self, what: str, value: float, least: float) -> None:
        """Say whether a promise is kept: `value` is at least `least`."""
        kept = value >= least
        self.failed |= not kept
        self.say(f"{what}: {value:,.0f}, promised at least {least:,.0f}: {'kept' if kept else 'BROKEN'}")

    def ceiling(self, what: str, value: float, most: float) -> None:
        """Say whether a promise is kept: `value` is at most `most`."""
        kept = value <= most
        self.failed |= not kept
        self.say(f"{what}: {value:,.0f}, promised at most {most:,.0f}: {'kept' if kept else 'BROKEN'}")

    def say(self, text: str) -> None:
        """Add a line beneath the table."""
        self.notes.append(text)
        print(text, flush=True)  # noqa: T201

    def row(self, line: Line) -> str:
        """A row of the table, in Markdown."""
        base = next((one for one in self.lines if one.name == line.against), None)
        ratio = "" if base is None else f"{line.cpu / base.cpu:.1f} × “{base.name}”"
        speed = f"{line.count / line.seconds:,.0f} {line.unit}/s" if line.seconds else ""
        amount, peak = f"{line.count:,} {line.unit}", f"{line.peak:.0f} MiB"
        return f"| {line.name} | {amount} | {line.seconds:.2f} s | {line.cpu:.2f} s | {speed} | {ratio} | {peak} |"


HEAD = (
    "| measured | amount | clock | processor | speed | processor against baseline | peak memory |\n" + "|---" * 7 + "|"
)
Bench = Callable[[Meter], None]
_BENCHES: dict[str, tuple[str, Bench]] = {}


def bench(name: str, what: str) -> Callable[[Bench], Bench]:
    """Register a bench under a name."""

    def register(act: Bench) -> Bench:
        _BENCHES[name] = (what, act)
        return act

    return register


def _forget_peak() -> None:
    """Let the peak begin anew (Linux); elsewhere it is the peak of the whole process."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_memory() -> float:
    """The most memory of this process since the last measurement began, in MiB."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / _MIB
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB


def _worked() -> float:
    """Seconds of the processor, of this process and of the children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _discover() -> None:
    """Import every module of this package: each registers its benches."""
    import tests.performance as package

    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in ("bench", "__main__"):
            importlib.import_module(f"tests.performance.{module.name}")


def run_here(name: str, folder: Path) -> bool:
    """Run one bench in this process, on an empty migrated database; whether its promises are kept."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    what, act = _BENCHES[name]
    print(f"\n## {name}: {what}\n\n{HEAD}", flush=True)  # noqa: T201
    meter = Meter(folder)
    act(meter)
    return not meter.failed


def _environment(stack: ExitStack, folder: Path, *, postgres: bool) -> dict[str, str]:
    """A data folder and a database of the bench's own."""
    url = f"sqlite:///{folder}/bench.sqlite3"
    if postgres:
        from tests.services.postgres import postgres as server

        url = stack.enter_context(server(folder / "pg"))
    own = {"DATABASE_URL": url, "KAIXU_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "marketplace.settings.test"}
    return os.environ | own | {"BENCH_FOLDER": str(folder)}


def _run_apart(name: str, *, postgres: bool) -> bool:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kaixu-bench-")))
        environment = _environment(stack, folder, postgres=postgres)
        command = [sys.executable, "-m", "tests.performance.bench", "--here", name]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """Run the benches named, or all; 1 where one of their promises is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="which benches; all without any")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--list", action="store_true", help="only say which there are")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    from tests.performance import bench as shared  # this very module, under the name that the benches import

    shared._discover()
    known = shared._BENCHES
    names = told.names or sorted(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no bench is called {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    if told.list:
        print("\n".join(f"{name}: {known[name][0]}" for name in names))  # noqa: T201
        return 0
    if told.here:
        return 0 if shared.run_here(names[0], Path(os.environ["BENCH_FOLDER"])) else 1
    kept = [_run_apart(name, postgres=told.postgres) for name in names]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
