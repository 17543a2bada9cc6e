"""The site as it is served, asked at a steady rate by another process's clock."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from tests.performance.progress import ROOT
from tests.services.elasticsearch.node import free_port

RATES = (5, 20)  # requests a second
SECONDS = 15
WORKERS = 2


@contextmanager
def served() -> Iterator[str]:
    """The site behind gunicorn; gives the address of the page of results."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "marketplace.wsgi", "--bind", f"127.0.0.1:{port}",
        "--workers", str(WORKERS), "--threads", "4", "--log-level", "error",
    ]  # fmt: skip
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "marketplace.settings.test"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _until_up(f"http://127.0.0.1:{port}/health/live/")
        yield f"http://127.0.0.1:{port}/find/"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _until_up(url: str) -> None:
    for _try in range(120):
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 - loopback
        except OSError:
            time.sleep(0.5)
        else:
            return


def at_rates(url: str, asked: list[str]) -> Iterator[tuple[int, list[float]]]:
    """For each of RATES the seconds that each request took from the moment it was due."""
    for text in asked[:20]:
        _visit(url, text)
    for rate in RATES:
        yield rate, _at_rate(url, asked, rate)


def _visit(url: str, text: str) -> None:
    with urllib.request.urlopen(f"{url}?{urlencode({'q': text})}", timeout=30) as answer:  # noqa: S310 - loopback
        answer.read()


def _at_rate(url: str, asked: list[str], rate: int) -> list[float]:
    times: list[float] = []

    def visit(text: str, due: float) -> None:
        try:
            _visit(url, text)
        except OSError:
            times.append(30.0)  # no answer counts as the longest one
        else:
            times.append(time.perf_counter() - due)

    threads = []
    began = time.perf_counter()
    for number in range(rate * SECONDS):
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        threads.append(threading.Thread(target=visit, args=(asked[number % len(asked)], due)))
        threads[-1].start()
    for thread in threads:
        thread.join(timeout=60)
    return times
