"""What `make bench-search` measured, as tables in Markdown: lines by size, then what was promised."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from tests.performance.progress import Results

Measured = dict[str, dict[str, Any]]
MOST_GROWTH = 2.0  # of the bare engine, from the smallest to the largest size
LEAST_DOCS = 4_000  # segmented and stored in a second
MOST_P95 = 100.0  # ms of a page, served at 20 requests a second
LEAST_AGAINST_WAGTAIL = 10.0
MOST_HOSTILE = 1_500.0  # ms of the 99th of a hundred hostile questions
MOST_AROUND = 2.0  # answer and page less rendering, against the bare engine


def shown(sizes: Sequence[int]) -> str:
    """The tables of these sizes."""
    from tests.performance.searching import STEPS, folder_of

    read = {size: Results(folder_of(size) / "results.json").read() for size in sizes}
    names = dict.fromkeys(
        (step, line["name"]) for step in STEPS for size in sizes for line in read[size].get(step, {}).get("lines", [])
    )
    head = ["| measured | " + " | ".join(f"{size:,}" for size in sizes) + " |", "|---" * (len(sizes) + 1) + "|"]
    rows = [f"| {step}: {name} | " + " | ".join(_cell(read[size], step, name) for size in sizes) + " |"
            for step, name in names]  # fmt: skip
    return "\n".join(["", *head, *rows, "", *_stopped(read), *_promises(read)])


def _line(measured: Measured, step: str, name: str) -> dict[str, Any]:
    lines = measured.get(step, {}).get("lines", [])
    return next((line for line in lines if line["name"].startswith(name)), {})


def _cell(measured: Measured, step: str, name: str) -> str:
    line = _line(measured, step, name)
    if "median_ms" in line:
        core = f" ({line['cpu_ms']:,.1f} ms of a core)" if "cpu_ms" in line else ""
        return f"{line['median_ms']:,.1f} / {line['p95_ms']:,.1f} ms{core}"
    if "a_second" in line:
        return f"{line['a_second']:,.0f}/s ({line['count'] / max(line['cpu'], 1e-9):,.0f} for each second of a core)"
    return ", ".join(f"{value:,.4g} {key}" for key, value in line.items() if key != "name") or "–"


def _stopped(read: dict[int, Measured]) -> Iterator[str]:
    for size, measured in read.items():
        for step, facts in measured.items():
            if not facts.get("ended"):
                yield f"{size:,} {step}: not to its end ({facts.get('why') or 'stopped'})"


def _promises(read: dict[int, Measured]) -> Iterator[str]:
    """What was promised, and what this run shows of it."""
    bare: dict[int, float] = {}  # by the processor's time, which is the same on a busy machine
    for size, one in read.items():
        if not (line := _line(one, "tantivy", "bare engine")):
            continue
        bare[size] = line["cpu_ms"]
        answer = _line(one, "tantivy", "answer")["cpu_ms"]
        yield _told(f"{size:,}: answer against the bare engine", answer / bare[size], MOST_AROUND, "×")
        if around := _line(one, "tantivy", "page around"):
            page = _line(one, "tantivy", "whole page")["cpu_ms"] - around["cpu_ms"]
            yield _told(f"{size:,}: page less rendering against the bare engine", page / bare[size], MOST_AROUND, "×")
        served = _line(one, "steady", "served at 20")
        if served:
            yield _told(f"{size:,}: 95th of a hundred at 20 requests/s", served["p95_ms"], MOST_P95, "ms")
        wagtail = _line(one, "wagtail", "Wagtail")
        if wagtail:
            times = wagtail["cpu_ms"] / answer
            kept = "kept" if times >= LEAST_AGAINST_WAGTAIL else "NOT KEPT"
            yield f"{size:,}: {times:.1f} × as fast as Wagtail's, promised {LEAST_AGAINST_WAGTAIL:.0f}: {kept}"
        yield from _indexed(size, one)
        for hostile in one.get("hostile", {}).get("lines", []):
            yield _told(f"{size:,}: 99th of a hundred {hostile['name']}", hostile["p99_ms"], MOST_HOSTILE, "ms")
            yield _told(f"{size:,}: {hostile['name']} that broke something", hostile["broken_5xx"], 0.0, "")
    there = sorted(bare)
    if len(there) > 1:
        growth = bare[there[-1]] / bare[there[0]]
        yield _told(f"bare engine from {there[0]:,} to {there[-1]:,}", growth, MOST_GROWTH, "×")


def _indexed(size: int, one: Measured) -> Iterator[str]:
    for name in (
        "whole rebuild",
        "segmented and stored, one process",
        f"segmented and stored, {os.cpu_count()} processes",
    ):
        if line := _line(one, "index", name):
            kept = "kept" if line["a_second"] >= LEAST_DOCS else "NOT KEPT"
            yield f"{size:,}: {line['name']}: {line['a_second']:,.0f} a second, promised {LEAST_DOCS:,}: {kept}"


def _told(what: str, value: float, most: float, unit: str) -> str:
    return f"{what}: {value:,.1f} {unit}, promised at most {most:,.0f}: {'kept' if value <= most else 'NOT KEPT'}"
