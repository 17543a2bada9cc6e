"""The one command that runs the site: two processes that end together, however either ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace import serve
from tests.services import template

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child when its parent is killed")


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The site on a prepared folder, and its address."""
    shutil.copyfile(template.sqlite_template(), tmp_path / "kaixu.sqlite3")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "prepared").write_text(serve.fingerprint())
    (tmp_path / "static").mkdir()
    environment = os.environ | {"KAIXU_DATA": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "marketplace.settings.development"
    process = subprocess.Popen(
        [sys.executable, "-m", "marketplace.serve", "--empty", "--port", "8340"],
        cwd=serve.ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if "http://localhost:" in line:
            address = line.split()[-1]
            break
    yield process, address
    if process.poll() is None:
        process.kill()
    process.stdout.close()
    process.wait(10)


def _web(process: subprocess.Popen[str]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0])


def _gone(pid: int) -> bool:
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_ends_site_and_worker(running: tuple[subprocess.Popen[str], str]) -> None:
    process, address = running
    with urllib.request.urlopen(f"{address}/health/live/", timeout=20) as answer:  # noqa: S310 - our own address
        assert answer.status == 200
    web = _web(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert _gone(web)


def test_a_site_that_dies_takes_its_worker_along_and_says_so(running: tuple[subprocess.Popen[str], str]) -> None:
    process, _address = running
    os.kill(_web(process), signal.SIGKILL)
    assert process.wait(20) == 1


@LINUX
def test_a_killed_worker_leaves_no_site_behind(running: tuple[subprocess.Popen[str], str]) -> None:
    process, _address = running
    web = _web(process)
    process.kill()
    assert _gone(web)


def test_a_taken_port_is_left_alone() -> None:
    with serve.listening_socket(8360) as first, serve.listening_socket(8360) as second:
        assert (first.getsockname()[1], second.getsockname()[1] > 8360) == (8360, True)


def test_a_folder_that_python_made_changes_nothing_about_what_was_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "marketplace" / "demo").mkdir(parents=True)
    (tmp_path / "marketplace" / "demo" / "people.py").write_text("")
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    before = serve.fingerprint()

    (tmp_path / "marketplace" / "demo" / "__pycache__").mkdir()

    assert serve.fingerprint() == before
