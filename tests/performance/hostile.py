"""Hostile questions, one after the other: how long the site takes for them, and whether any of them breaks it."""

from __future__ import annotations

import json
import statistics
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from tests.performance.steady import served

if TYPE_CHECKING:
    from tests.performance.search_steps import Run

NAUGHTY = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile" / "blns.json"
_OTHERS = ("product", "ipc", "university", "region", "band", "sort", "page")


def texts() -> list[str]:
    """The hostile texts of the tests, a NUL, and the list of naughty strings where it lies beside the checkout."""
    from tests.listings.search.engines.test_hostile import HOSTILE

    found = [*HOSTILE.values(), "余\x00热", "\x00" * 300]
    if NAUGHTY.exists():
        found += [text for text in json.loads(NAUGHTY.read_text(encoding="utf-8")) if text]
    return found


def addresses() -> Iterator[str]:
    """Each text as the question, then as every other parameter of the page at once."""
    for text in texts():
        written = quote(text.encode("utf-8", "surrogatepass"), safe="")
        yield f"?q={written}"
        yield f"?q=%E4%BD%99%E7%83%AD&{'&'.join(f'{name}={written}' for name in _OTHERS)}"


def hostile(run: Run) -> None:
    """Through the site's own code, whatever the length; then through the server, which refuses what is too long."""
    from django.test import Client

    client = Client(raise_request_exception=False)
    _ask(run, "hostile questions to the site", lambda told: client.get(f"/find/{told}").status_code)
    with served() as url:
        urllib.request.urlopen(f"{url}?{urlencode({'q': '余热'})}", timeout=30).close()  # noqa: S310 - loopback
        _ask(run, "hostile questions to the server", lambda told: _status(f"{url}{told}"))


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - loopback
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 599  # no answer at all


def _ask(run: Run, name: str, ask: Callable[[str], int]) -> None:
    from tests.performance.search_steps import spread

    asked = list(addresses())
    for one in asked[:5]:
        ask(one)
    times, worked, kinds = [], [], Counter[int]()
    for one in asked:
        start, busy = time.perf_counter(), time.process_time()
        kinds[ask(one) // 100] += 1
        times.append(time.perf_counter() - start)
        worked.append(time.process_time() - busy)
    told = {"answered_2xx": kinds[2] + kinds[3], "refused_4xx": kinds[4], "broken_5xx": kinds[5]}
    run.line(name, **spread(times), worst_ms=max(times) * 1e3, cpu_ms=statistics.median(worked) * 1e3, **told)
